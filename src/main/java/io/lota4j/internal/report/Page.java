package io.lota4j.internal.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/// The page: its sections in their order, and the style sheet.
final class Page {
    private static final String STYLE = "report.css";
    private static final List<Function<Comparison, Optional<Element>>> SECTIONS = List.of(
            AboutSection::of,
            RiskSection::of,
            ClaimSection::of,
            BehaviourSection::of,
            BehaviourScatterSection::of,
            CategorySection::of,
            WorstSection::of,
            SpreadSection::of,
            RateSection::of,
            DepthSection::of,
            ProtectionsSection::of,
            RegionSection::of,
            SecretSection::of,
            MatchedSection::of,
            StagesSection::of,
            ScatterSection::of,
            MatrixSection::of,
            AloneSection::of,
            SparsitySection::of,
            CurvesSection::of,
            OverlapSection::of,
            ShareSection::of,
            MergeSection::of,
            StressSection::of,
            DetectorSection::of,
            JudgeSection::of,
            CostSection::of,
            EqualSection::of,
            HowSection::of);

    private Page() {}

    static String of(Comparison comparison) {
        String name = comparison.results().file().name();
        Element head = Element.of("head")
                .add(Element.of("meta").with("charset", "utf-8"))
                .add(Element.of("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1"))
                .add(Element.of("meta").with("name", "color-scheme").with("content", "light dark"))
                .add(Element.of("title", name), Element.of("style", style()));
        Element main = Element.of("main").add(header(name, comparison));
        Banner.of(comparison).ifPresent(main::add);
        SECTIONS.forEach(section -> section.apply(comparison).ifPresent(main::add));
        Element html = Element.of("html")
                .with("lang", "en")
                .add(head, Element.of("body").add(main));
        return "<!DOCTYPE html>\n" + html + "\n";
    }

    private static Element header(String name, Comparison comparison) {
        return Element.of("header")
                .add(Element.of("h1", name))
                .add(Headline.of(comparison))
                .add(MergeHeadline.of(comparison))
                .add(AloneHeadline.of(comparison));
    }

    private static String style() {
        try (InputStream in = Objects.requireNonNull(Page.class.getResourceAsStream(STYLE), STYLE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(STYLE, e);
        }
    }
}
