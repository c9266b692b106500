package io.lota4j.internal.yaml;

import io.lota4j.LotaException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Collects everything that is wrong, so that it can be told at once.
public final class Problems {
    private final List<Problem> list = new ArrayList<>();
    private boolean lostModels;

    public void error(String text) {
        add(new Problem(true, text));
    }

    /// A model that cannot be used: what then is missing elsewhere is no problem of its own.
    public void lost(String text) {
        error(text);
        lostModels = true;
    }

    public boolean hasLostModels() {
        return lostModels;
    }

    public void warn(String text) {
        add(new Problem(false, text));
    }

    /// The same words twice tell nothing new: a wrong value behind an alias is read more than once.
    private void add(Problem problem) {
        if (!list.contains(problem)) {
            list.add(problem);
        }
    }

    public int errors() {
        return (int) list.stream().filter(Problem::isError).count();
    }

    public boolean hasErrors() {
        return list.stream().anyMatch(Problem::isError);
    }

    public List<String> warnings() {
        return list.stream()
                .filter(problem -> !problem.isError())
                .map(Problem::text)
                .toList();
    }

    /// @throws LotaException with every error and, behind them, every warning, one a line
    public void requireNoErrors() {
        if (hasErrors()) {
            throw new LotaException(Stream.concat(
                            list.stream().filter(Problem::isError).map(Problem::text),
                            warnings().stream().map("warning: "::concat))
                    .collect(Collectors.joining("\n")));
        }
    }

    /// Something wrong or doubtful about a merge.
    ///
    /// @param isError whether the merge cannot start
    /// @param text where it is, what was expected and what was found
    private record Problem(boolean isError, String text) {}
}
