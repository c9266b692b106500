package io.lota4j.data;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.data.file.BadRowException;
import io.lota4j.data.file.Row;
import io.lota4j.data.file.RowFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The encoded examples of a file.
///
/// @param source the file
/// @param sha256 SHA-256 of the whole file, 64 hex digits
/// @param maxLength the most tokens that an example could have
/// @param examples the examples that fit, in file order, at least one
/// @param tooLong the rows left out because they do not fit, in file order
/// @param findings whole sentences on what a user should know of the rows that were taken
/// @param origin what decided how rows became tokens, for provenance, as [DataOrigin] says it; may be empty
public record Dataset(
        Path source,
        String sha256,
        int maxLength,
        List<Example> examples,
        List<EncodeResult.TooLong> tooLong,
        List<String> findings,
        Map<String, String> origin) {
    /// The limit that takes every row.
    public static final int ALL = Integer.MAX_VALUE;

    /// Copies the lists.
    public Dataset {
        examples = List.copyOf(examples);
        tooLong = List.copyOf(tooLong);
        findings = List.copyOf(findings);
        origin = Collections.unmodifiableMap(new LinkedHashMap<>(origin));
    }

    /// Data of which there is nothing to tell, and nothing is said of how its rows became tokens.
    public Dataset(
            Path source, String sha256, int maxLength, List<Example> examples, List<EncodeResult.TooLong> tooLong) {
        this(source, sha256, maxLength, examples, tooLong, List.of(), Map.of());
    }

    /// The same data with what decided how rows became tokens.
    public Dataset withOrigin(Map<String, String> other) {
        return new Dataset(source, sha256, maxLength, examples, tooLong, findings, other);
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
        return new Dataset(
                source,
                sha256,
                maxLength,
                examples.stream().map(example -> example.weighed(null)).toList(),
                tooLong,
                findings,
                origin);
    }

    /// Reads and encodes the first rows of a file.
    ///
    /// @param limit the most rows to take, those that turn out too long included; at least 1
    /// @throws LotaException if the file or a row is bad (with its line), or no row fits
    public static Dataset load(Path path, ExampleEncoder encoder, int limit) {
        if (limit < 1) {
            throw new LotaException("The row limit must be at least 1, found " + limit + ".");
        }
        RowFile file = RowFile.of(path);
        List<Example> examples = new ArrayList<>();
        List<EncodeResult.TooLong> tooLong = new ArrayList<>();
        Map<Finding, Integer> found = new EnumMap<>(Finding.class);
        Set<String> unread = new LinkedHashSet<>();
        file.each(limit, row -> {
            switch (encode(row, encoder, path)) {
                case EncodeResult.Encoded(Example example, Set<Finding> findings, List<String> columns) -> {
                    examples.add(example);
                    findings.forEach(finding -> found.merge(finding, 1, Integer::sum));
                    unread.addAll(columns);
                }
                case EncodeResult.TooLong skipped -> tooLong.add(skipped);
            }
        });
        List<String> told = sentences(path, examples.size() + tooLong.size(), found, unread, encoder.allowsSpecial());
        if (encoder.labels().weighted() && examples.stream().allMatch(example -> example.tokenWeights() == null)) {
            told.add(Text.format("No row of %s and no turn in it has a weight: all count the same.", path));
        }
        Dataset dataset = new Dataset(path, file.sha256(), encoder.maxLength(), examples, tooLong, told, Map.of());
        if (examples.isEmpty()) {
            throw dataset.nothingFits();
        }
        return dataset;
    }

    private static List<String> sentences(
            Path path, int rows, Map<Finding, Integer> found, Set<String> unread, boolean allowSpecial) {
        List<String> sentences = new ArrayList<>();
        found.forEach((finding, count) -> {
            String how = finding != Finding.CONTROL_TEXT ? "" : allowSpecial ? " these tokens" : " text";
            sentences.add(Text.format("%d of %d rows of %s %s%s.", count, rows, path, finding.words(), how));
        });
        if (!unread.isEmpty()) {
            sentences.add(Text.format(
                    "Columns of %s that are no part of a chat were not read: %s.", path, String.join(", ", unread)));
        }
        return sentences;
    }

    /// Whole sentences on what was left out or should be known of the data.
    public List<String> notices() {
        List<String> notices = new ArrayList<>(findings);
        skippedNotice().ifPresent(notices::add);
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
                            "The prompt of row %d (from 0) of %s is empty and the model has no chat template, so there"
                                    + " is nothing that an answer could start from. Give it a text, or do not let"
                                    + " answers be generated.",
                            example.row(), source));
                });
    }

    /// Number of rows read.
    public int rows() {
        return examples.size() + tooLong.size();
    }

    /// One sentence about the rows that were left out, empty if none was.
    public Optional<String> skippedNotice() {
        if (tooLong.isEmpty()) {
            return Optional.empty();
        }
        int longest =
                tooLong.stream().mapToInt(EncodeResult.TooLong::length).max().orElseThrow();
        return Optional.of(Text.format(
                "%d of %d rows of %s left out: longer than %d tokens (the longest has %d).",
                tooLong.size(), rows(), source, maxLength, longest));
    }

    private LotaException nothingFits() {
        int shortest =
                tooLong.stream().mapToInt(EncodeResult.TooLong::length).min().orElseThrow();
        return new LotaException(Text.format(
                "None of the %d rows of %s fits in %d tokens; the shortest needs %d.",
                rows(), source, maxLength, shortest));
    }

    private static EncodeResult encode(Row row, ExampleEncoder encoder, Path path) {
        try {
            return encoder.encode(row);
        } catch (LotaException e) {
            throw new BadRowException(path.toString(), row.place(), e);
        }
    }
}
