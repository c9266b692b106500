package io.lota4j.internal.metrics;

import io.lota4j.metrics.Metric;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `run.json` says of a grid of runs: everything that the figures beside it do not.
///
/// @param format [#FORMAT]
/// @param name of the experiment
/// @param about what it is for, in its author's words, or null
/// @param command that reproduces it
/// @param recipe its text
/// @param base its directory's name, fingerprint and sizes
/// @param tasks in the recipe's order
/// @param runs every run of the grid with what is special to it
/// @param equal what baselines were made equal in, a line each; empty: nothing
/// @param versions of the tool and what it runs on
/// @param machine processors, memory and system
/// @param started ISO 8601, UTC
/// @param seconds that training and choosing masks took; work that runs share is counted once
/// @param finished whether every run of the grid is done
/// @param risk what the probes are about; null without probes, and in older files
/// @param probes behaviours that were scored after every stage; none in older files
/// @param protections what was done so that what was known stays, one alone that does nothing
///     included; none in older files
public record RunFile(
        String format,
        String name,
        @Nullable String about,
        String command,
        String recipe,
        Base base,
        List<Task> tasks,
        List<Run> runs,
        List<String> equal,
        Map<String, String> versions,
        Map<String, String> machine,
        String started,
        double seconds,
        boolean finished,
        @Nullable Risk risk,
        List<Probe> probes,
        List<Protection> protections) {
    public static final String FORMAT = "lota4j run 1";

    /// Copies the lists.
    public RunFile {
        probes = List.copyOf(probes);
        protections = List.copyOf(protections);
    }

    /// @param behaviour that is protected, in words
    /// @param actor `accident`, `user` or `adaptive`
    /// @param access `prompts`, `fine-tuning`, `weights` or `soft-input`
    /// @param budget how much was tried, in words
    /// @param notTested what was not tried
    public record Risk(String behaviour, String actor, String access, String budget, List<String> notTested) {}

    /// @param name as in [io.lota4j.metrics.Metric.Where#task]
    /// @param test the file of the rows that were asked
    /// @param testSha256 of all of it
    /// @param decline rows that expect to be declined
    /// @param answer rows that expect an answer
    /// @param judge `words`, `regex`, `answer`, `margin` or `command`
    /// @param judging the judge with all that decides an outcome
    /// @param generate most new tokens of an answer
    /// @param shown whether prompts and answers may be shown
    public record Probe(
            String name,
            String test,
            String testSha256,
            int decline,
            int answer,
            String judge,
            String judging,
            int generate,
            boolean shown) {}

    /// @param name as in [Run#protection]
    /// @param text what is done, in words, with all settings
    /// @param region the text of the region whose weights stay the base's, or null
    /// @param use `freeze` or `rewind`, or null without a region
    /// @param controlOf of a control, which takes as many weights by chance, the protection with
    ///     the region; else null
    /// @param secret SHA-256 of the secret under which rows are mixed in, or null for none
    public record Protection(
            String name,
            String text,
            @Nullable String region,
            @Nullable String use,
            @Nullable String controlOf,
            @Nullable String secret) {}

    /// @param weights in all
    /// @param pool that masks choose from
    public record Base(String name, String fingerprint, long weights, long pool) {}

    /// @param trainRows rows that can be trained on
    /// @param validationRows 0: none
    /// @param answers whether answers were generated and compared
    /// @param prompt of one training row, as the model sees it, its end if it is long; null in older files
    /// @param answer of that row, its beginning if it is long; null in older files
    public record Task(
            String name,
            String train,
            String trainSha256,
            int trainRows,
            int validationRows,
            int testRows,
            boolean answers,
            @Nullable String prompt,
            @Nullable String answer) {
        /// Without the row that is shown, which says nothing of what was measured.
        public Task withoutRow() {
            return new Task(name, train, trainSha256, trainRows, validationRows, testRows, answers, null, null);
        }
    }

    /// @param name as in [Metric.Where#run]
    /// @param method the label in tables, such as `lota 99%`: runs that differ only in seed, order and learning
    ///     rate share it
    /// @param kind `lota`, `lotto`, `full`, `lora`, `random`, `magnitude`, `snip`, `wanda`, `fisher`, `freeze`, or
    ///     `merge`
    /// @param sparsity frozen share of the pool, or null where that is not chosen
    /// @param lr learning rate, 0 where one was found for each stage; of a merge that of the
    ///     runs whose results it merges
    /// @param order tasks, one a stage; of a merge those that went in, for its one stage
    /// @param settings all other settings, as text
    /// @param merged of a merge: the method (label) whose separately trained results it merges; else null
    /// @param protection name of what is done so that what was known stays, the last part of `method`; null for
    ///     nothing, and in older files
    /// @param by how somebody else trains tasks of the order, by task: empty text for as the
    ///     run's method does; none in older files
    public record Run(
            String name,
            String method,
            String kind,
            @Nullable Double sparsity,
            double lr,
            List<String> order,
            long seed,
            Map<String, String> settings,
            @Nullable String merged,
            @Nullable String protection,
            Map<String, String> by) {
        /// A run that nothing protects and of which nobody else trains a task.
        public Run(
                String name,
                String method,
                String kind,
                @Nullable Double sparsity,
                double lr,
                List<String> order,
                long seed,
                Map<String, String> settings,
                @Nullable String merged) {
            this(name, method, kind, sparsity, lr, order, seed, settings, merged, null, Map.of());
        }

        /// The method's label without its protection.
        public String alone() {
            String end = ", " + protection;
            return protection != null && method.endsWith(end)
                    ? method.substring(0, method.length() - end.length())
                    : method;
        }

        /// Tasks and who trains them.
        public Course course() {
            return new Course(order, by);
        }
    }
}
