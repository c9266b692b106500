package io.lota4j.internal.model;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import io.lota4j.internal.model.layer.Primitives;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// TorchScript that libtorch has compiled. It has methods and no parameters, so that all models with the same source
/// can use one: compiling takes longer than opening a small model. Those that nobody uses are kept for the next model
/// of their kind, the last few of them.
final class ScriptModule implements AutoCloseable {
    /// How many are kept that nobody uses. One takes a few MB.
    private static final int SPARE = 8;

    /// In the order in which they were last taken.
    private static final Map<Key, ScriptModule> ALL = new LinkedHashMap<>(16, 0.75f, true);

    /// What is compiled, for which device.
    private record Key(Product product, String methods, ai.djl.Device device) {}

    private final PtNDManager manager;
    private final PtSymbolBlock block;
    private int users;

    private ScriptModule(PtNDManager manager, Key key) {
        this.manager = manager;
        this.block = load(manager, key.product(), key.methods());
    }

    /// The primitives and some methods, compiled. The caller closes it.
    ///
    /// @param methods of a decoder, beside the primitives
    static ScriptModule of(Engine engine, TensorDevice device, String methods) {
        synchronized (ALL) {
            Key key = new Key(device.product(), methods, device.engine());
            ScriptModule module = ALL.computeIfAbsent(key, k -> open(engine, k));
            module.users++;
            return module;
        }
    }

    private static ScriptModule open(Engine engine, Key key) {
        PtNDManager manager = (PtNDManager) engine.newBaseManager(key.device());
        try {
            return new ScriptModule(manager, key);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /// Falls back to the product that every libtorch has.
    private static PtSymbolBlock load(PtNDManager manager, Product product, String methods) {
        try (InputStream archive = TorchArchive.of(product.fillIn(Primitives.source()) + methods)) {
            return JniUtils.loadModule(manager, archive, false, false);
        } catch (EngineException e) {
            if (product.isUnknown(e)) {
                return load(manager, Product.PLAIN, methods);
            }
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What libtorch runs. Threads may run it at once.
    PtSymbolBlock block() {
        return block;
    }

    /// Gives it back. Each that was taken is given back once.
    @Override
    public void close() {
        synchronized (ALL) {
            users--;
            long spare =
                    ALL.values().stream().filter(module -> module.users == 0).count();
            Iterator<ScriptModule> modules = ALL.values().iterator();
            while (spare > SPARE) {
                ScriptModule eldest = modules.next();
                if (eldest.users == 0) {
                    modules.remove();
                    eldest.block.close();
                    eldest.manager.close();
                    spare--;
                }
            }
        }
    }
}
