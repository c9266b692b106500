package io.lota4j.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One part of the page while it is made: a heading, what to know to read it, and its content.
final class Section {
    private final String id;
    private final String title;
    private final List<Element> notes = new ArrayList<>();
    private final List<Element> content = new ArrayList<>();

    /// @param id of the anchor
    Section(String id, String title) {
        this.id = id;
        this.title = title;
    }

    /// A paragraph before the content.
    Section note(String text) {
        notes.add(Element.of("p", text).in("note"));
        return this;
    }

    Section add(Element element) {
        content.add(element);
        return this;
    }

    /// @return empty if it has no content
    Optional<Element> html() {
        return content.isEmpty()
                ? Optional.empty()
                : Optional.of(Element.of("section")
                        .with("id", id)
                        .add(Element.of("h2", title))
                        .add(notes)
                        .add(content));
    }

    /// Panels beside each other where there is room.
    static Element panels(List<Element> panels) {
        return Element.of("div").in("panels").add(panels);
    }

    /// One of several things that are shown beside each other, with a title.
    static Element panel(Element title, Element... content) {
        return Element.of("figure").add(Element.of("figcaption").add(title)).add(content);
    }

    static Element panel(String title, Element... content) {
        return panel(Element.of("span", title), content);
    }

    /// What colours and shapes mean.
    static Element legend(MethodMarks look, List<String> names) {
        Element list = Element.of("ul").in("legend");
        names.forEach(name -> list.add(named(look, name, "li")));
        return list;
    }

    /// A method's mark and name.
    static Element named(MethodMarks look, String name, String tag) {
        return Element.of(tag, name).in(look.of(name).swatch());
    }
}
