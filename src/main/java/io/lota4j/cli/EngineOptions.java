package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A cluster that work is done on instead of in this process, as a picocli mixin. Engines are whatever is on the class
/// path.
final class EngineOptions {
    static final String NAME = "--on";
    private static final String MASTER = "--master";

    @Option(
            names = NAME,
            paramLabel = "ENGINE",
            description = "Do the works of an experiment, or compute the shards of a training's steps, on a cluster"
                    + " (spark), not in this process.")
    private @Nullable String engine;

    @Option(
            names = MASTER,
            paramLabel = "URL",
            description = "With --on: the cluster's master, such as spark://host:7077 or local[2].")
    private @Nullable String master;

    /// Whether something of it was given.
    boolean areGiven() {
        return engine != null || master != null;
    }

    /// The engine that was asked for.
    ///
    /// @param kind what it has to do
    /// @param name of an engine
    /// @param at the same engine at an address
    /// @return empty: this process
    /// @throws LotaException if there is none of the name, or an address alone
    <E> Optional<E> engine(Class<E> kind, Function<E, String> name, BiFunction<E, String, E> at) {
        String wanted = engine;
        String address = master;
        if (wanted == null) {
            if (address != null) {
                throw new LotaException(MASTER + " says where an engine is; add --on spark, or leave it out.");
            }
            return Optional.empty();
        }
        E found = ServiceLoader.load(kind).stream()
                .map(Provider::get)
                .filter(engine -> name.apply(engine).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new LotaException(missing(wanted)));
        return Optional.of(address == null ? found : at.apply(found, address));
    }

    private static String missing(String name) {
        return name.equals("spark")
                ? "--on spark: lota4j-spark is not on the class path. Build it (mvn install, then mvn -f spark"
                      + " package) and set SPARK_HOME to a folder of Spark 4.2 for ./lota, or give lota4j-spark.jar to"
                      + " spark-submit; see docs/spark.md."
                : Text.format("--on %s: there is no such engine; expected spark.", name);
    }
}
