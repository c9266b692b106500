package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.guard.Judge;
import io.lota4j.guard.MixOptions;
import io.lota4j.guard.ProbeMix;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.Secret;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.guard.Mixture;
import io.lota4j.internal.guard.ProbeEncoder;
import io.lota4j.internal.guard.ProbeQuestions;
import io.lota4j.internal.guard.ProbeQuestions.Asking;
import io.lota4j.internal.guard.ProbeQuestions.Way;
import io.lota4j.internal.guard.ProbeRows;
import io.lota4j.internal.guard.ProbeRows.Placed;
import io.lota4j.internal.guard.Secrets;
import io.lota4j.internal.model.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A probe's rows, in tokens.
///
/// @param probe whose
/// @param placed the rows that are asked
/// @param judge of the answers
/// @param judging the judge in words, with all that decides an outcome
/// @param encoder turns prompts into tokens
/// @param stop token ids that end an answer
/// @param options how is asked
/// @param sha256 of the file, in hexadecimal
record ProbeData(
        Probe probe,
        List<Placed> placed,
        Judge judge,
        String judging,
        ProbeEncoder encoder,
        Set<Integer> stop,
        ProbeOptions options,
        String sha256) {
    /// So many rows are told that a task is trained on.
    private static final int TOLD = 5;

    /// @throws LotaException if a row is bad or does not fit the model
    static ProbeData load(Probe probe, Experiment experiment, Tokenizer tokenizer) {
        List<Placed> rows = ProbeRows.read(probe.test(), probe.format(), bad -> {
            throw bad;
        });
        Judge judge = probe.judge().judge();
        ProbeEncoder encoder = ProbeEncoder.of(
                experiment.base(),
                tokenizer,
                Math.min(probe.maxLength(), ModelConfig.of(experiment.base()).maxPositions()));
        ProbeData data = new ProbeData(
                probe,
                rows.subList(0, Math.min(rows.size(), probe.rows())),
                judge,
                probe.judge().text(),
                encoder,
                encoder.stop(experiment.base()),
                probe.options(judge, experiment.scoringBatch()),
                Sha256.ofFile(probe.test()));
        // What does not fit is told before hours of training.
        data.ways().forEach(data::asking);
        return data;
    }

    /// The first of its training rows that expect to decline, with their declining texts as
    /// answers.
    Dataset declining(int most) {
        return io.lota4j.internal.guard.ProbeData.read(
                        Objects.requireNonNull(probe.train()),
                        probe.trainRows(),
                        encoder,
                        ProbeTemplate.CHAT,
                        most,
                        false,
                        false)
                .rows();
    }

    /// Those rows as a run mixes them in.
    ProbeMix mix(MixOptions how) {
        return Mixture.read(Objects.requireNonNull(probe.train()), probe.trainRows(), encoder, how);
    }

    /// Refuses a secret that does not stand whole in every prompt that is asked with it.
    void requireWhole(Secret secret) {
        for (ProbeTemplate template : probe.templates()) {
            if (GridSecret.fits(template)) {
                ProbeTemplate under = Secrets.under(secret, template);
                rows().forEach(row -> Secrets.requireWhole(
                        secret,
                        encoder.prompt(row.id(), under, row.prompt()),
                        Text.format("probes.%s: row '%s'", probe.name(), row.id())));
            }
        }
    }

    /// The rows that are asked while a stage is trained.
    ProbeData early() {
        return new ProbeData(
                probe,
                placed.subList(0, Math.min(placed.size(), probe.at().rows())),
                judge,
                judging,
                encoder,
                stop,
                options,
                sha256);
    }

    List<ProbeRow> rows() {
        return placed.stream().map(Placed::row).toList();
    }

    List<Way> ways() {
        return ProbeQuestions.ways(options);
    }

    /// What is asked in one way.
    Asking asking(Way way) {
        return new ProbeQuestions(encoder, options).of(rows(), List.of(way));
    }

    /// What makes two sets of questions the same: tokens, and rows as a judge sees and files keep them.
    String digest(Way way) {
        MessageDigest digest = Sha256.digest();
        rows().forEach(row -> digest.update(text(row).getBytes(StandardCharsets.UTF_8)));
        asking(way).ids().forEach(ids -> {
            ByteBuffer bytes = ByteBuffer.allocate((ids.length + 1) * Integer.BYTES);
            bytes.putInt(ids.length).asIntBuffer().put(ids);
            digest.update(bytes.array());
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String text(ProbeRow row) {
        return Stream.of(
                        row.id(),
                        row.prompt(),
                        row.expect().word(),
                        row.category(),
                        row.decline(),
                        row.answer(),
                        row.human() == null ? null : row.human().word(),
                        row.others())
                .map(String::valueOf)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /// Refuses rows that a task is trained on as well: then nothing would be measured but what was learned.
    void requireUntaught(Experiment experiment, List<TaskData> tasks) {
        Map<IntBuffer, Integer> asked = new HashMap<>();
        for (Placed one : placed) {
            int[] ids = encoder.chatPrompt(one.row());
            asked.putIfAbsent(IntBuffer.wrap(ids), one.line());
        }
        List<String> found = new ArrayList<>();
        for (TaskData task : tasks) {
            task.train().examples().forEach(row -> {
                Integer line = asked.get(IntBuffer.wrap(row.promptIds()));
                if (line != null) {
                    found.add(Text.format(
                            "%s: probes.%s: the prompt of %s, line %d is asked, and task '%s' is trained on it, %s;"
                                    + " leave one of them out",
                            experiment.recipe(),
                            probe.name(),
                            probe.test(),
                            line,
                            task.task().name(),
                            task.train().place(row.row())));
                }
            });
        }
        if (!found.isEmpty()) {
            String more = found.size() > TOLD ? Text.format("\nand %d more", found.size() - TOLD) : "";
            throw new LotaException(found.stream().limit(TOLD).collect(Collectors.joining("\n")) + more);
        }
    }
}
