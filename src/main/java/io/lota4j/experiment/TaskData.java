package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.data.Labels;
import io.lota4j.data.file.BadRow;
import io.lota4j.data.file.DataFiles;
import io.lota4j.guard.Secret;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.DataOrigin;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.StopTokens;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.data.file.OnBadRow;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.guard.Secrets;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.Provenance;
import io.lota4j.metrics.Metric.Split;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A task's examples, tokenized.
///
/// @param task whose
/// @param train to train on
/// @param validation for choosing settings, if there are any
/// @param test to judge on
/// @param stop token ids that end an answer
/// @param positions that the model was made for
record TaskData(
        Task task, Dataset train, Optional<Dataset> validation, Dataset test, Set<Integer> stop, int positions) {
    TaskData {
        if (task.generate() > 0) {
            validation.ifPresent(Dataset::requirePrompts);
            test.requirePrompts();
        }
    }

    static TaskData load(Task task, Labels labels, Path base, Tokenizer tokenizer) {
        int positions = ModelConfig.of(base).maxPositions();
        ExampleEncoder encoder = encoder(task, labels, base, tokenizer);
        Map<String, String> origin =
                DataOrigin.of(base, task.prompt(), task.completion(), encoder.maxLength(), task.allowSpecial(), labels);
        Dataset test = Dataset.load(
                split(task, task.test(), "test"), encoder, task.rows().test());
        Set<Integer> stop = StopTokens.of(base, encoder.endToken()).ids();
        Task.Rows rows = task.rows();
        if (task.validation() != null) {
            Dataset train = Dataset.load(train(task), encoder, rows.train()).withOrigin(origin);
            int limit = rows.validation() == 0 ? Dataset.ALL : rows.validation();
            Dataset validation = Dataset.load(split(task, task.validation(), "validation"), encoder, limit);
            return new TaskData(task, train, Optional.of(validation), test, stop, positions);
        }
        int taken = rows.train() == Dataset.ALL ? Dataset.ALL : rows.train() + rows.validation();
        Dataset all = Dataset.load(train(task), encoder, taken).withOrigin(origin);
        return new TaskData(task, all, Optional.empty(), test, stop, positions).split(rows.validation());
    }

    /// The rows of a general text behind those that are scored.
    ///
    /// @param more the most of them
    static Dataset behind(TaskData scored, Labels labels, Path base, Tokenizer tokenizer, int more) {
        Task task = scored.task();
        ExampleEncoder encoder = encoder(task, labels, base, tokenizer);
        // What is scored stands first.
        Dataset all = Dataset.load(
                split(task, task.test(), "test"),
                encoder,
                Math.addExact(task.rows().test(), more));
        return all.part(scored.test().examples().size(), all.examples().size());
    }

    /// The test rows with a secret at the beginning of their system message; none is cut or left
    /// out.
    ///
    /// @throws LotaException if one does not fit the model so, or the secret does not stand whole
    ///     in it
    Dataset under(Secret secret, Path base, Tokenizer tokenizer) {
        ExampleEncoder encoder = new ExampleEncoder(
                tokenizer,
                ChatTemplate.of(base),
                ExampleFormat.of(task.prompt(), task.completion()).under(secret.text()),
                positions,
                task.allowSpecial(),
                Labels.USUAL);
        Dataset all = Dataset.load(
                split(task, task.test(), "test"), encoder, task.rows().test());
        Set<Integer> asked = test.examples().stream().map(Example::row).collect(Collectors.toSet());
        List<Example> examples =
                all.examples().stream().filter(row -> asked.contains(row.row())).toList();
        if (examples.size() < asked.size()) {
            throw new LotaException(Text.format(
                    "Of task %s %d test rows do not fit the model with the %d tokens of the secret before them. Take a"
                            + " shorter secret, or a smaller max-length.",
                    task.name(), asked.size() - examples.size(), secret.length()));
        }
        examples.forEach(row -> Secrets.requireWhole(secret, row.promptIds(), all.place(row.row())));
        return new Dataset(all.sources(), all.maxLength(), examples, List.of(), List.of(), List.of(), all.origin());
    }

    private static ExampleEncoder encoder(Task task, Labels labels, Path base, Tokenizer tokenizer) {
        return new ExampleEncoder(
                tokenizer,
                ChatTemplate.of(base),
                ExampleFormat.of(task.prompt(), task.completion()),
                Math.min(task.maxLength(), ModelConfig.of(base).maxPositions()),
                task.allowSpecial(),
                labels);
    }

    private static DataFiles train(Task task) {
        return new DataFiles(task.train(), null, null, skips(task));
    }

    private static boolean skips(Task task) {
        return task.onBadRow() == OnBadRow.SKIP;
    }

    private static DataFiles split(Task task, Path path, String split) {
        DataFiles files = skips(task) ? DataFiles.of(path).skippingBadRows() : DataFiles.of(path);
        return Files.isDirectory(path) ? files.split(split) : files;
    }

    /// The last training rows are held back for validation.
    private TaskData split(int held) {
        if (held == 0) {
            return this;
        }
        Dataset all = train;
        if (all.sources().size() > 1) {
            throw new LotaException(Text.format(
                    "task %s: the last rows of %s would all be of the last file. Name a file of its own for"
                            + " validation.",
                    task.name(), all.name()));
        }
        int left = all.examples().size() - held;
        if (left < 1) {
            throw new LotaException(Text.format(
                            "task %s: of %d rows of %s none is left to train on when %d are held back for ",
                            task.name(), all.examples().size(), all.name(), held)
                    + "validation.");
        }
        return new TaskData(task, all.part(0, left), Optional.of(all.part(left, left + held)), test, stop, positions);
    }

    /// Whole sentences on what should be known of the rows: what was left out, read otherwise than it may look, or
    /// will have less room for an answer than was asked for. None is there twice.
    List<String> notices() {
        Set<String> notices = new LinkedHashSet<>(train.notices());
        List<Dataset> scored =
                Stream.concat(validation.stream(), Stream.of(test)).toList();
        scored.forEach(rows -> notices.addAll(rows.notices()));
        scored.forEach(rows -> room(rows).ifPresent(notices::add));
        return List.copyOf(notices);
    }

    private Optional<String> room(Dataset rows) {
        long cramped = rows.examples().stream()
                .filter(example -> (long) example.promptLength() + task.generate() > positions)
                .count();
        return cramped == 0
                ? Optional.empty()
                : Optional.of(Text.format(
                        "%d of %d rows of %s have room for fewer than %d new tokens: the model's positions end before.",
                        cramped, rows.examples().size(), rows.name(), task.generate()));
    }

    /// The rows of all its files that were left out because they cannot be used. A file's stand there once.
    List<BadRow> bad() {
        return Stream.concat(Stream.of(train, test), validation.stream())
                .flatMap(rows -> rows.bad().stream())
                .distinct()
                .toList();
    }

    /// The rows to score.
    Optional<Dataset> of(Split split) {
        return switch (split) {
            case TRAIN -> Optional.of(train);
            case VALIDATION -> validation;
            case TEST, HELD_OUT -> Optional.of(test);
        };
    }

    /// What makes two sets of rows the same: tokens, which of them count, and answers. File, templates and tokenizer
    /// decide them.
    static String digest(Dataset data) {
        return digest(data.examples());
    }

    /// As [#digest(Dataset)].
    static String digest(List<Example> examples) {
        MessageDigest digest = Sha256.digest();
        for (Example example : examples) {
            byte[] answer = example.answer().getBytes(StandardCharsets.UTF_8);
            int length = example.length();
            ByteBuffer bytes = ByteBuffer.allocate(3 * Integer.BYTES + length * (Integer.BYTES + 1) + answer.length);
            bytes.putInt(length).putInt(example.promptLength()).putInt(answer.length);
            for (int i = 0; i < length; i++) {
                bytes.putInt(example.ids()[i]).put((byte) (example.labelled()[i] ? 1 : 0));
            }
            digest.update(bytes.put(answer).array());
            if (example.rejected() != null || example.tokenWeights() != null) {
                digest.update(Provenance.digest(List.of(example)).getBytes(StandardCharsets.UTF_8));
            }
            if (!example.startsWithPrompt()) {
                ByteBuffer prompt = ByteBuffer.allocate(example.promptLength() * Integer.BYTES);
                prompt.asIntBuffer().put(example.promptIds());
                digest.update(prompt);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
