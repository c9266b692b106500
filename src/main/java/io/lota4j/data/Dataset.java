package io.lota4j.data;

import io.lota4j.LotaException;
import io.lota4j.data.DataSource.DataFile;
import io.lota4j.data.file.BadRow;
import io.lota4j.data.file.DataFiles;
import io.lota4j.data.file.DataPart;
import io.lota4j.data.file.Share;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.DataOrigin;
import io.lota4j.internal.data.DatasetReader;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import io.lota4j.internal.data.StoredExamples;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The encoded examples of one or several files.
///
/// @param sources where they come from, in the order of their examples, at least one
/// @param maxLength the most tokens that an example could have
/// @param examples the examples that fit, in the order of the sources and their rows, at least one; where they are many
///     they lie in a file, and each is read when it is asked for
/// @param tooLong the rows left out because they do not fit, in their order
/// @param bad the rows left out because they cannot be used, in their order
/// @param findings whole sentences on what a user should know of the rows that were taken
/// @param origin what decided how rows became tokens, for provenance, as [DataOrigin] says it; may be empty
public record Dataset(
        List<DataSource> sources,
        int maxLength,
        List<Example> examples,
        List<EncodeResult.TooLong> tooLong,
        List<BadRow> bad,
        List<String> findings,
        Map<String, String> origin) {
    /// The limit that takes every row.
    public static final int ALL = Integer.MAX_VALUE;

    /// Copies the lists.
    public Dataset {
        sources = List.copyOf(sources);
        examples = examples instanceof StoredExamples ? examples : List.copyOf(examples);
        tooLong = List.copyOf(tooLong);
        bad = List.copyOf(bad);
        findings = List.copyOf(findings);
        origin = Collections.unmodifiableMap(new LinkedHashMap<>(origin));
    }

    /// Data of one file, of which there is nothing to tell, and nothing is said of how its rows became tokens.
    ///
    /// @param sha256 SHA-256 of the whole file, 64 hex digits
    public Dataset(
            Path source, String sha256, int maxLength, List<Example> examples, List<EncodeResult.TooLong> tooLong) {
        this(
                List.of(new DataSource(
                        DataPart.of(source),
                        examples.size(),
                        List.of(new DataFile(source, "JSONL", sha256, 0, examples.size() + tooLong.size())))),
                maxLength,
                examples,
                tooLong,
                List.of(),
                List.of(),
                Map.of());
    }

    /// The same data with what decided how rows became tokens.
    public Dataset withOrigin(Map<String, String> other) {
        return new Dataset(sources, maxLength, examples, tooLong, bad, findings, other);
    }

    /// The same rows as other examples.
    ///
    /// @param others as many, in the same order
    public Dataset withExamples(List<Example> others) {
        if (others.size() != examples.size()) {
            throw new IllegalArgumentException(others.size() + " examples for " + examples.size());
        }
        return new Dataset(sources, maxLength, others, tooLong, bad, findings, origin);
    }

    /// The first examples, all of them where there are fewer.
    public Dataset first(int most) {
        return part(0, Math.min(most, examples.size()));
    }

    /// Some of the examples that follow one another.
    ///
    /// @param from the first of them
    /// @param to behind the last of them
    public Dataset part(int from, int to) {
        List<DataSource> some = new ArrayList<>();
        int start = 0;
        for (DataSource source : sources) {
            int within = Math.min(to, start + source.examples()) - Math.max(from, start);
            if (within > 0) {
                some.add(new DataSource(source.part(), within, source.files()));
            }
            start += source.examples();
        }
        return new Dataset(some, maxLength, examples.subList(from, to), tooLong, bad, findings, origin);
    }

    /// Whether rows are pairs of a chosen and a rejected answer.
    public boolean pairs() {
        return examples.stream().anyMatch(example -> example.rejected() != null);
    }

    /// The same rows without weights of tokens; itself where there are none.
    public Dataset unweighted() {
        if (examples.stream().allMatch(example -> example.tokenWeights() == null)) {
            return this;
        }
        return withExamples(
                examples.stream().map(example -> example.weighed(null)).toList());
    }

    /// Reads and encodes the first rows of a file.
    ///
    /// @param limit the most rows to take, those that turn out too long included; at least 1
    /// @throws LotaException if the file or a row is bad (with its line), or no row fits
    public static Dataset load(Path file, ExampleEncoder encoder, int limit) {
        return load(DataFiles.of(file), encoder, limit);
    }

    /// As [#load(Path, ExampleEncoder, int)], of several files.
    ///
    /// @param limit the most rows of each of the parts
    public static Dataset load(DataFiles data, ExampleEncoder encoder, int limit) {
        return DatasetReader.read(data, encoder, limit);
    }

    /// The files, as their user names them.
    public String name() {
        return name(sources);
    }

    public static String name(List<DataSource> sources) {
        return sources.stream().map(source -> source.part().path().toString()).collect(Collectors.joining(", "));
    }

    /// Files and folders that are read.
    public List<Path> paths() {
        return sources.stream().map(source -> source.part().path()).toList();
    }

    private Stream<DataFile> files() {
        return sources.stream().flatMap(source -> source.files().stream());
    }

    /// SHA-256 of the file, 64 hex digits; of several files the one of their digests, one behind the other.
    public String sha256() {
        List<String> digests = files().map(DataFile::sha256).toList();
        return digests.size() == 1
                ? digests.getFirst()
                : HexFormat.of()
                        .formatHex(
                                Sha256.digest().digest(String.join("", digests).getBytes(StandardCharsets.US_ASCII)));
    }

    /// Every file with its digest, and with its weight where that is not 1.
    public String digests() {
        return sources.stream()
                .flatMap(source -> source.files().stream()
                        .map(file -> file.path().getFileName() + " sha256:" + file.sha256()
                                + (source.part().weight() == 1
                                        ? ""
                                        : " x" + DataPart.number(source.part().weight()))))
                .collect(Collectors.joining(", "));
    }

    /// What was read, a line for each file or folder: its kind, rows, and how often an epoch takes them.
    public List<String> read() {
        return sources.stream()
                .map(source -> {
                    int rows = source.files().stream().mapToInt(DataFile::rows).sum();
                    String kinds = source.files().stream()
                            .map(DataFile::kind)
                            .distinct()
                            .collect(Collectors.joining("; "));
                    int files = source.files().size();
                    return Text.format(
                            "%s: %s%s, %,d %s%s",
                            source.part().path(),
                            kinds,
                            files == 1 ? "" : Text.format(" in %,d files", files),
                            rows,
                            rows == 1 ? "row" : "rows",
                            source.part().weight() == 1
                                    ? ""
                                    : Text.format(
                                            " of weight %s: an epoch takes %,d",
                                            DataPart.number(source.part().weight()),
                                            source.share().inEpoch()));
                })
                .toList();
    }

    /// How many rows of which an epoch takes.
    public List<Share> shares() {
        return sources.stream().map(DataSource::share).toList();
    }

    /// Rows that an epoch takes, each as often as it is taken.
    public int epochRows() {
        return shares().stream().mapToInt(Share::inEpoch).reduce(0, Math::addExact);
    }

    /// What is said in a run's identity of how sources are mixed; empty where all rows are taken alike.
    public Optional<String> mix() {
        return sources.stream().allMatch(source -> source.part().weight() == 1)
                ? Optional.empty()
                : Optional.of(sources.stream()
                        .map(source -> source.examples() + " x"
                                + DataPart.number(source.part().weight()))
                        .collect(Collectors.joining(", ")));
    }

    /// Where a row stands, such as `row 3 (from 0) of rows.jsonl`.
    ///
    /// @param row index among all rows, from 0
    public String place(int row) {
        DataFile file = files().filter(one -> one.first() <= row)
                .reduce((one, other) -> other)
                .orElseThrow();
        return Text.format("row %d (from 0) of %s", row - file.first(), file.path());
    }

    /// Where rows stand: their numbers, where there is one file, else each with its file.
    ///
    /// @param rows indices among all rows, from 0
    public String places(List<Integer> rows) {
        return files().count() == 1
                ? Text.format("%s (from 0)", rows)
                : rows.stream().map(this::place).collect(Collectors.joining(", "));
    }

    /// Whole sentences on what was left out or should be known of the data.
    public List<String> notices() {
        List<String> notices = new ArrayList<>(findings);
        skippedNotice().ifPresent(notices::add);
        badNotice().ifPresent(notices::add);
        return notices;
    }

    /// Holds the rows against the generation of answers, which needs something to start from.
    ///
    /// @throws LotaException if the prompt of a row has no token, as an empty one without a chat template
    public void requirePrompts() {
        examples.stream()
                .filter(example -> example.promptLength() == 0)
                .findFirst()
                .ifPresent(example -> {
                    throw new LotaException(Text.format(
                            "The prompt of %s is empty and the model has no chat template, so there"
                                    + " is nothing that an answer could start from. Give it a text, or do not let"
                                    + " answers be generated.",
                            place(example.row())));
                });
    }

    /// Number of rows read.
    public int rows() {
        return examples.size() + tooLong.size();
    }

    private Optional<String> badNotice() {
        return bad.isEmpty()
                ? Optional.empty()
                : Optional.of(Text.format(
                        "%d %s of %s left out: they cannot be used. The first is %s, %s: %s",
                        bad.size(),
                        bad.size() == 1 ? "row" : "rows",
                        name(),
                        bad.getFirst().file(),
                        bad.getFirst().place(),
                        bad.getFirst().reason()));
    }

    /// One sentence about the rows that were left out for their length, empty if none was.
    public Optional<String> skippedNotice() {
        if (tooLong.isEmpty()) {
            return Optional.empty();
        }
        int longest =
                tooLong.stream().mapToInt(EncodeResult.TooLong::length).max().orElseThrow();
        return Optional.of(Text.format(
                "%d of %d rows of %s left out: longer than %d tokens (the longest has %d).",
                tooLong.size(), rows(), name(), maxLength, longest));
    }

    /// @throws LotaException if no row can be learned from
    public void requireExamples() {
        if (!examples.isEmpty()) {
            return;
        }
        if (tooLong.isEmpty()) {
            throw new LotaException(Text.format(
                    "None of the rows of %s can be used. The first is %s, %s: %s",
                    name(),
                    bad.getFirst().file(),
                    bad.getFirst().place(),
                    bad.getFirst().reason()));
        }
        int shortest =
                tooLong.stream().mapToInt(EncodeResult.TooLong::length).min().orElseThrow();
        throw new LotaException(Text.format(
                "None of the %d rows of %s fits in %d tokens; the shortest needs %d.",
                rows(), name(), maxLength, shortest));
    }
}
