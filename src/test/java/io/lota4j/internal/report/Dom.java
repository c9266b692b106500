package io.lota4j.internal.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// A page, read by the JDK's XML parser: it accepts only what is well-formed.
record Dom(Document document) {
    static Dom of(String html) {
        try {
            return new Dom(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8))));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new AssertionError(e);
        }
    }

    List<Element> all(String tag) {
        return all(document.getDocumentElement(), tag, e -> true);
    }

    static List<Element> all(Element under, String tag, Predicate<Element> which) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = under.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i) instanceof Element element && which.test(element)) {
                found.add(element);
            }
        }
        return found;
    }

    List<String> sections() {
        return all("section").stream().map(e -> e.getAttribute("id")).toList();
    }

    Element section(String id) {
        return all("section").stream()
                .filter(e -> e.getAttribute("id").equals(id))
                .findFirst()
                .orElseThrow();
    }

    /// The numbers in a cell of a section's table.
    ///
    /// @param table which of the section's, from 0
    List<Double> cell(String section, int table, String row, String column) {
        Element found = all(section(section), "table", e -> true).get(table);
        List<String> heads = all(found, "th", e -> e.getAttribute("scope").equals("col")).stream()
                .map(Element::getTextContent)
                .toList();
        Element line = all(
                        found,
                        "tr",
                        e -> all(e, "th", h -> h.getAttribute("scope").equals("row")).stream()
                                .anyMatch(h -> h.getTextContent().equals(row)))
                .getFirst();
        return numbers(all(line, "td", e -> true).get(heads.indexOf(column) - 1));
    }

    static List<Double> numbers(Element element) {
        return Stream.concat(Stream.of(element), all(element, "*", e -> true).stream())
                .filter(e -> e.hasAttribute("data-value"))
                .map(e -> Double.parseDouble(e.getAttribute("data-value")))
                .toList();
    }

    String text() {
        return all("body").getFirst().getTextContent();
    }
}
