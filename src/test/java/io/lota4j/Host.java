package io.lota4j;

import io.lota4j.data.Dataset;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.NativeAllocatorProbe;
import io.lota4j.internal.NativeEnvironmentProbe;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.attribution.Random;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A program that lota4j is a part of, as awkward as such programs are: the library's classes come from a loader of
/// their own, like a plugin's, without service files, like one jar made of many, and threads have no context loader.
public final class Host {
    private Host() {}

    /// Trains, and prints what of the JVM is as it was.
    ///
    /// @param args a folder to work in
    public static void main(String[] args) throws ReflectiveOperationException, IOException {
        try (Plugin plugin = new Plugin()) {
            Thread.currentThread().setContextClassLoader(null);
            Properties before = copy();
            Locale locale = Locale.getDefault();
            plugin.loadClass(Host.class.getName())
                    .getMethod("train", Path.class)
                    .invoke(null, Path.of(args[0]));
            System.out.println("context loader " + Thread.currentThread().getContextClassLoader());
            System.out.println("changed properties " + changed(before, copy()));
            System.out.println("locale kept " + locale.equals(Locale.getDefault()));
            // Over the 32 MB up to which glibc may come to keep blocks by itself.
            System.out.println("large blocks mapped " + NativeAllocatorProbe.mapped(48 << 20));
            System.out.println("environment " + NativeEnvironmentProbe.get("OMP_WAIT_POLICY"));
        }
    }

    private static Properties copy() {
        return (Properties) System.getProperties().clone();
    }

    private static List<Object> changed(Properties before, Properties after) {
        TreeSet<Object> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        // What the JDK and the engine look up for themselves; the switches that this library sets are not among it.
        keys.removeIf(key -> key.toString().startsWith("jna") || key.equals("user.timezone"));
        keys.removeIf(key -> key.toString().startsWith("jnidispatch"));
        keys.removeIf(key -> String.valueOf(before.get(key)).equals(String.valueOf(after.get(key))));
        return new ArrayList<>(keys);
    }

    /// What the program does with the library.
    public static void train(Path folder) {
        DemoFiles.writeBase(folder.resolve("base"));
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.PLUS);
        try (Lota lota = Lota.open(folder.resolve("base"), KernelChoice.JAVA, MemoryPolicy.KEEP)) {
            Dataset rows = lota.data(
                    folder.resolve("plus-train.jsonl"),
                    RowOptions.templates("{prompt}", "{completion}").limit(4));
            Mask mask = lota.mask(new Random(), Calibration.of(0.99), 1);
            var ticket = lota.train(rows, mask, TrainConfig.of(1, 1e-3).build()).result();
            System.out.println("threads " + ticket.info().provenance().get("threads"));
        }
    }

    /// The class path again, without what service loaders ask for.
    private static final class Plugin extends URLClassLoader {
        Plugin() throws MalformedURLException {
            super(classPath(), ClassLoader.getPlatformClassLoader());
        }

        private static URL[] classPath() throws MalformedURLException {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return urls.toArray(URL[]::new);
        }

        @Override
        public @Nullable URL findResource(String name) {
            return name.startsWith("META-INF/services/") ? null : super.findResource(name);
        }

        @Override
        public Enumeration<URL> findResources(String name) throws IOException {
            return name.startsWith("META-INF/services/") ? Collections.emptyEnumeration() : super.findResources(name);
        }
    }
}
