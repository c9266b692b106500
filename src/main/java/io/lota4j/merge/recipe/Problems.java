package io.lota4j.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.merge.recipe.Problem.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Collects everything that is wrong, so that it can be told at once.
final class Problems {
    private final List<Problem> list = new ArrayList<>();

    void error(String text) {
        add(new Problem(Severity.ERROR, text));
    }

    void warn(String text) {
        add(new Problem(Severity.WARNING, text));
    }

    /// The same words twice tell nothing new: a wrong value behind an alias is read more than once.
    private void add(Problem problem) {
        if (!list.contains(problem)) {
            list.add(problem);
        }
    }

    List<Problem> list() {
        return List.copyOf(list);
    }

    boolean hasErrors() {
        return list.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    /// @throws LotaException with every error, one a line
    static void requireNone(List<Problem> problems) {
        List<Problem> errors = problems.stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .toList();
        if (!errors.isEmpty()) {
            throw new LotaException(errors.stream().map(Problem::text).collect(Collectors.joining("\n")));
        }
    }
}
