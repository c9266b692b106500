package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.experiment.WorkEngine;
import io.lota4j.internal.Text;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;

/// What experiments can be run on beside this process: whatever is on the class path.
final class Engines {
    private Engines() {}

    /// @throws LotaException if there is none of the name
    static WorkEngine of(String name) {
        return ServiceLoader.load(WorkEngine.class).stream()
                .map(Provider::get)
                .filter(engine -> engine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LotaException(missing(name)));
    }

    private static String missing(String name) {
        return name.equals("spark")
                ? "--on spark: lota4j-spark is not on the class path. Build it (mvn install, then mvn -f spark"
                      + " package) and set SPARK_HOME to a folder of Spark 4.2 for ./lota, or give lota4j-spark.jar to"
                      + " spark-submit; see docs/spark.md."
                : Text.format("--on %s: there is no such engine; expected spark.", name);
    }
}
