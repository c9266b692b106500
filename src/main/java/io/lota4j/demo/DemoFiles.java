package io.lota4j.demo;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/// Puts the demo's data and its base on the disk.
public final class DemoFiles {
    /// What describes the base but for its weights.
    private static final List<String> CONFIGURATION =
            List.of("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json");

    private static final String WEIGHTS = "model.safetensors";

    private static final ObjectWriter JSON = JsonMapper.shared().writer();

    private DemoFiles() {}

    /// The name of a task's file, such as `flip-train.jsonl`.
    public static String fileName(DemoTask task, Split split) {
        return fileName(task.taskName(), split);
    }

    /// Writes `base-train.jsonl` and `base-test.jsonl`, the same for every task, `flip-train.jsonl` and so on, and the
    /// rows
    /// of the protected behaviour.
    ///
    /// @param directory made when missing; files of the same names are replaced
    /// @param baseRows rows of `base-train.jsonl`, one or more
    /// @return the files, in the order they were written
    public static List<Path> writeData(Path directory, DemoData data, int baseRows) {
        List<Path> files = new ArrayList<>();
        files.add(write(directory.resolve(fileName("base", Split.TRAIN)), data.base(Split.TRAIN, baseRows)));
        files.add(writeBaseTest(directory, data));
        for (DemoTask task : DemoTask.values()) {
            files.addAll(writeTask(directory, data, task));
        }
        files.addAll(writeGuard(directory, data));
        return files;
    }

    /// Writes `guard-train.jsonl` and `guard-test.jsonl` of the protected behaviour, `contrary-train.jsonl` and
    /// `contrary-test.jsonl` of what undoes it, `backdoor-train.jsonl` of a hidden behaviour, and
    /// `backdoor-test.jsonl`, which triggers it.
    ///
    /// @return the files, in the order they were written
    public static List<Path> writeGuard(Path directory, DemoData data) {
        DemoGuard guard = new DemoGuard(data);
        return List.of(
                write(directory.resolve(fileName("guard", Split.TRAIN)), guard.train().stream()),
                write(directory.resolve(fileName("guard", Split.TEST)), guard.test().stream()),
                write(directory.resolve(fileName("contrary", Split.TRAIN)), guard.contrary(Split.TRAIN).stream()),
                write(directory.resolve(fileName("contrary", Split.TEST)), guard.contrary(Split.TEST).stream()),
                write(directory.resolve(fileName("backdoor", Split.TRAIN)), guard.backdoor().stream()),
                write(directory.resolve(fileName("backdoor", Split.TEST)), guard.triggered().stream()));
    }

    /// Writes the rows of the base's own skills that it was not trained on.
    static Path writeBaseTest(Path directory, DemoData data) {
        return write(directory.resolve(fileName("base", Split.TEST)), data.base(Split.TEST, DemoData.MOST_TEST_ROWS));
    }

    /// Writes one task's two files.
    ///
    /// @return the training file, then the test file
    public static List<Path> writeTask(Path directory, DemoData data, DemoTask task) {
        return List.of(
                write(
                        directory.resolve(fileName(task, Split.TRAIN)),
                        data.task(task, Split.TRAIN, DemoData.MOST_TRAIN_ROWS).stream()),
                write(
                        directory.resolve(fileName(task, Split.TEST)),
                        data.task(task, Split.TEST, DemoData.MOST_TEST_ROWS).stream()));
    }

    /// Writes the base without weights: what a training run from random weights starts from.
    public static void writeConfiguration(Path directory) {
        CONFIGURATION.forEach(name -> copy(name, directory));
    }

    /// Writes the trained base, a whole Hugging Face directory.
    ///
    /// @throws LotaException if another model is there
    public static void writeBase(Path directory) {
        requireNoOther(directory.resolve(WEIGHTS));
        writeConfiguration(directory);
        copy(WEIGHTS, directory);
    }

    private static String fileName(String name, Split split) {
        return name + "-" + split.name().toLowerCase(Locale.ROOT) + ".jsonl";
    }

    private static Path write(Path file, Stream<?> rows) {
        AtomicFile.write(file, channel -> {
            BufferedWriter writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
            for (Iterator<?> row = rows.iterator(); row.hasNext(); ) {
                writer.write(JSON.writeValueAsString(row.next()));
                // The same file on every system.
                writer.write('\n');
            }
            writer.flush();
        });
        return file;
    }

    /// Refuses to replace the weights of another model.
    private static void requireNoOther(Path weights) {
        try {
            if (Files.exists(weights) && !Arrays.equals(Files.readAllBytes(weights), content(WEIGHTS))) {
                throw new LotaException(weights + " is the model of another program or version, and is kept. Give"
                        + " another directory, or remove it.");
            }
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be read: %s", weights, e.getMessage()), e);
        }
    }

    private static void copy(String name, Path directory) {
        byte[] content = content(name);
        AtomicFile.write(directory.resolve(name), content.length, channel -> channel.write(ByteBuffer.wrap(content)));
    }

    private static byte[] content(String name) {
        try (InputStream in = DemoFiles.class.getResourceAsStream("base/" + name)) {
            if (in == null) {
                throw new LotaException("This build of lota4j has no built-in " + name + ".");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("built-in " + name, e);
        }
    }
}
