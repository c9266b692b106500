package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.RunFile.Run;
import java.util.List;
import java.util.Optional;

/// What is missing of a grid that is not finished.
final class Banner {
    private Banner() {}

    /// @return empty if nothing is missing
    static Optional<Element> of(Comparison comparison) {
        List<Run> missing = comparison.missing();
        if (missing.isEmpty() && comparison.results().file().finished()) {
            return Optional.empty();
        }
        Element banner = Element.of("div").in("banner").with("role", "status");
        banner.add(Element.of("p").add(Element.of("strong", "Not finished: " + what(comparison, missing))));
        banner.add(Element.of("p", "Means below are over what is there; methods may have different numbers of seeds."));
        if (!missing.isEmpty()) {
            Element names = Element.of("ul");
            missing.forEach(run -> names.add(Element.of("li", run.name())));
            banner.add(Element.of("details").add(Element.of("summary", "Which"), names));
        }
        return Optional.of(banner);
    }

    private static String what(Comparison comparison, List<Run> missing) {
        int all = comparison.results().file().runs().size();
        return missing.isEmpty()
                ? Text.format(
                        "all %s have their last scores, but the experiment has not been closed.",
                        Phrases.count(all, "run"))
                : Text.format("%d of %s have no last scores yet.", missing.size(), Phrases.count(all, "run"));
    }
}
