package io.lota4j.train;

import io.lota4j.Build;
import io.lota4j.data.Dataset;
import java.util.LinkedHashMap;
import java.util.Map;

/// The first lines of how a mask or a ticket came about.
public final class Provenance {
    private Provenance() {}

    /// What made it, with which version.
    ///
    /// @return a map to go on with
    public static Map<String, String> of(String source) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("source", source);
        provenance.put("tool", "lota4j " + Build.version());
        return provenance;
    }

    /// As [#of(String)], from data: its file, digest and how many rows were used.
    ///
    /// @return a map to go on with
    public static Map<String, String> of(String source, Dataset data) {
        Map<String, String> provenance = of(source);
        provenance.put("data", data.source().getFileName() + " sha256:" + data.sha256());
        provenance.put("rows", Long.toString(data.examples().size()));
        provenance.put("rows_left_out", Long.toString(data.tooLong().size()));
        return provenance;
    }
}
