package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.data.DataSource;
import io.lota4j.data.DataSource.DataFile;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.data.Finding;
import io.lota4j.data.file.BadRow;
import io.lota4j.data.file.DataFiles;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import io.lota4j.internal.data.file.BadRowException;
import io.lota4j.internal.data.file.Row;
import io.lota4j.internal.data.file.RowFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads and encodes the rows of a data set, one after the other.
public final class DatasetReader {
    /// Bytes of examples that stay in memory: more lie in a file.
    private static final long IN_MEMORY = 64L << 20;

    private final DataFiles data;
    private final ExampleEncoder encoder;
    private final int limit;
    private final StoredExamples.Writer examples;
    private final List<EncodeResult.TooLong> tooLong = new ArrayList<>();
    private final List<BadRow> bad = new ArrayList<>();
    private final Map<Finding, Integer> found = new EnumMap<>(Finding.class);
    private final Set<String> unread = new LinkedHashSet<>();
    private int rows;
    private boolean weighted;

    /// @param limit the most rows of each part
    private DatasetReader(DataFiles data, ExampleEncoder encoder, int limit, StoredExamples.Writer examples) {
        this.data = data;
        this.encoder = encoder;
        this.limit = limit;
        this.examples = examples;
    }

    public static Dataset read(DataFiles data, ExampleEncoder encoder, int limit) {
        return read(data, encoder, limit, IN_MEMORY);
    }

    /// @param memory bytes of examples that stay in memory
    public static Dataset read(DataFiles data, ExampleEncoder encoder, int limit, long memory) {
        if (limit < 1) {
            throw new LotaException("The row limit must be at least 1, found " + limit + ".");
        }
        try (StoredExamples.Writer examples = new StoredExamples.Writer(memory)) {
            return new DatasetReader(data, encoder, limit, examples).read();
        }
    }

    private Dataset read() {
        List<DataSource> sources = new ArrayList<>();
        for (DataPart part : data.parts()) {
            int before = examples.count();
            List<DataFile> files = files(part);
            sources.add(new DataSource(part, examples.count() - before, files));
        }
        Dataset dataset = new Dataset(
                sources, encoder.maxLength(), examples.examples(), tooLong, bad, sentences(sources), Map.of());
        dataset.requireExamples();
        return dataset;
    }

    private List<DataFile> files(DataPart part) {
        List<DataFile> files = new ArrayList<>();
        int first = rows;
        for (Path path : data.files(part)) {
            int left = limit - (rows - first);
            if (left > 0) {
                files.add(file(path, left));
            }
        }
        return files;
    }

    private DataFile file(Path path, int most) {
        try (RowFile file = RowFile.of(path, data.format())) {
            int first = rows;
            file.each(most, row -> take(file, row), data.skipsBadRows() ? bad::add : null);
            return new DataFile(path, file.kind(), file.sha256(), first, rows - first);
        }
    }

    private void take(RowFile file, Row row) {
        EncodeResult result;
        try {
            result = encoder.encode(row.at(rows));
        } catch (LotaException e) {
            throw new BadRowException(file.toString(), row.place(), e);
        }
        rows++;
        switch (result) {
            case EncodeResult.Encoded(Example example, Set<Finding> findings, List<String> columns) -> {
                examples.add(example);
                weighted |= example.tokenWeights() != null;
                findings.forEach(finding -> found.merge(finding, 1, Integer::sum));
                unread.addAll(columns);
            }
            case EncodeResult.TooLong skipped -> tooLong.add(skipped);
        }
    }

    private List<String> sentences(List<DataSource> sources) {
        String name = Dataset.name(sources);
        List<String> sentences = new ArrayList<>();
        found.forEach((finding, count) -> {
            String how = finding != Finding.CONTROL_TEXT ? "" : encoder.allowsSpecial() ? " these tokens" : " text";
            sentences.add(Text.format("%d of %d rows of %s %s%s.", count, rows, name, finding.words(), how));
        });
        if (!unread.isEmpty()) {
            sentences.add(Text.format(
                    "Columns of %s that are no part of a chat were not read: %s.", name, String.join(", ", unread)));
        }
        if (encoder.labels().weighted() && !weighted) {
            sentences.add(Text.format("No row of %s and no turn in it has a weight: all count the same.", name));
        }
        return sentences;
    }
}
