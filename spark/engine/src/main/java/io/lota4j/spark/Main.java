package io.lota4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The class that `spark-submit` starts: the command line `lota`, of which `run` does its works and `train` computes its
/// shards on Spark.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        List<String> line = new ArrayList<>(Arrays.asList(args));
        if (!line.isEmpty()
                && (line.getFirst().equals("run") || line.getFirst().equals("train"))
                && line.stream().noneMatch(word -> word.equals("--on") || word.startsWith("--on="))) {
            line.addAll(List.of("--on", SparkEngine.NAME));
        }
        io.lota4j.cli.Main.main(line.toArray(String[]::new));
    }
}
