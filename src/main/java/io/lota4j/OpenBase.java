package io.lota4j;

import io.lota4j.data.Dataset;
import io.lota4j.data.file.DataFiles;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.checkpoint.HubCache;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.DataOrigin;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.StopTokens;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What of a base is open: each part from when it is first asked for.
final class OpenBase implements AutoCloseable {
    private final Path directory;
    private final Device device;
    private final KernelChoice choice;
    private final MemoryPolicy memory;
    private @Nullable Tokenizer tokenizer;
    private @Nullable Checkpoint checkpoint;
    private @Nullable MaskedKernel kernel;
    private boolean closed;
    /// Whose work goes on; it may ask for more meanwhile, as a watcher does.
    private @Nullable Thread user;
    private int works;

    OpenBase(Path directory, Device device, KernelChoice choice, MemoryPolicy memory) {
        choice.requireFits(device);
        this.directory = HubCache.ofUser().resolve(directory);
        this.device = device;
        this.choice = choice;
        this.memory = memory;
    }

    /// Claims the directory, into which nothing is written.
    Claims claims() {
        return new Claims().reads("the base", directory);
    }

    MemoryPolicy memory() {
        return memory;
    }

    ModelConfig config() {
        return ModelConfig.of(directory);
    }

    Tokenizer tokenizer() {
        requireOpen();
        if (tokenizer == null) {
            tokenizer = Tokenizer.of(directory);
        }
        return tokenizer;
    }

    /// SHA-256 of the tokenizer's file: what tells it from every other.
    String tokenizerDigest() {
        return Sha256.ofFile(directory.resolve("tokenizer.json"));
    }

    Checkpoint checkpoint() {
        requireOpen();
        if (checkpoint == null) {
            checkpoint = Checkpoint.open(directory);
        }
        checkpoint.requireUnchanged();
        return checkpoint;
    }

    MaskedKernel kernel() {
        requireOpen();
        if (kernel == null) {
            kernel = choice.open(device);
        }
        return kernel;
    }

    ExampleEncoder encoder(RowOptions rows) {
        Tokenizer opened = tokenizer();
        int positions = config().maxPositions();
        return new ExampleEncoder(
                opened,
                ChatTemplate.of(directory),
                rows.format(),
                Math.min(rows.maxLength(), positions),
                rows.allowSpecial(),
                rows.labels());
    }

    /// Writes prompt and answer one after another, whatever template the model has.
    ExampleEncoder plainEncoder() {
        RowOptions rows = RowOptions.chats();
        return new ExampleEncoder(
                tokenizer(),
                ChatTemplate.none(directory),
                rows.format(),
                Math.min(rows.maxLength(), config().maxPositions()));
    }

    Dataset data(DataFiles files, RowOptions rows) {
        return alone(() -> read(files, rows));
    }

    private Dataset read(DataFiles files, RowOptions rows) {
        ExampleEncoder encoder = encoder(rows);
        return Dataset.load(files, encoder, rows.limit())
                .withOrigin(DataOrigin.of(
                        directory,
                        rows.prompt(),
                        rows.completion(),
                        encoder.maxLength(),
                        rows.allowSpecial(),
                        rows.labels()));
    }

    /// The tokens at which an answer ends.
    Set<Integer> stopTokens(ExampleEncoder encoder) {
        return StopTokens.of(directory, encoder.endToken()).ids();
    }

    /// Does some work with the base's files.
    <T> T reading(Function<Checkpoint, T> work) {
        return alone(() -> work.apply(checkpoint()));
    }

    /// Does some work with the base's weights in memory, and tickets on them. They are freed afterwards.
    <T> T with(List<Ticket> tickets, Function<AdaptedModel, T> work) {
        return alone(() -> opened(tickets, work));
    }

    private <T> T opened(List<Ticket> tickets, Function<AdaptedModel, T> work) {
        Checkpoint base = checkpoint();
        try (Decoder decoder = Decoder.open(base, memory, device)) {
            AdaptedModel model = new AdaptedModel(base, decoder);
            tickets.forEach(model::add);
            T made = work.apply(model);
            base.requireUnchanged();
            return made;
        }
    }

    /// Does some work that no other thread may come into.
    private <T> T alone(Supplier<T> work) {
        synchronized (this) {
            requireOpen();
            user = Thread.currentThread();
            works++;
        }
        try {
            return work.get();
        } finally {
            synchronized (this) {
                works--;
                user = works == 0 ? null : user;
            }
        }
    }

    /// Another thread would use what is open together with this one, or free it under it.
    private synchronized void requireNoOther() {
        Thread now = Thread.currentThread();
        if (user != null && user != now) {
            throw new IllegalStateException(Text.format(
                    "%s is in use by thread %s while thread %s asks for it: one Lota is for one thread at a time. Open "
                            + "one for each thread.",
                    directory, user.getName(), now.getName()));
        }
    }

    private void requireOpen() {
        requireNoOther();
        if (closed) {
            throw new IllegalStateException(directory + " was closed");
        }
    }

    @Override
    public void close() {
        requireNoOther();
        if (closed) {
            return;
        }
        closed = true;
        if (kernel != null) {
            kernel.close();
        }
        if (checkpoint != null) {
            checkpoint.close();
        }
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
