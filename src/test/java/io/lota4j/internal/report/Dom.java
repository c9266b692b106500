package io.lota4j.internal.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// A page, read by the JDK's XML parser: it accepts only what is well-formed.
record Dom(Document document) {
    private static final Pattern SHOWN = Pattern.compile(" (?:±|to) ([0-9.,]+)(%| points|)");

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

    /// The number of a cell of a section's table, and behind it the deviation or the range's end as
    /// it is shown.
    ///
    /// @param table which of the section's, from 0
    List<Double> cell(String section, int table, String row, String column) {
        return cell(section, table, row, column, 0);
    }

    /// @param which of the rows with that title, from 0
    List<Double> cell(String section, int table, String row, String column, int which) {
        Element found = all(section(section), "table", e -> true).get(table);
        int place = heads(found).indexOf(column) - 1;
        Element line = all(found, "tr", e -> row.equals(title(e))).get(which);
        List<Double> numbers = new ArrayList<>();
        Element cell = all(line, "td", e -> true).get(place);
        if (cell.hasAttribute("data-value")) {
            numbers.add(Double.valueOf(cell.getAttribute("data-value")));
        }
        List<Element> small = all(cell, "i", e -> true);
        if (!small.isEmpty()) {
            Matcher shown = SHOWN.matcher(small.getFirst().getTextContent());
            if (shown.matches()) {
                double number = Double.parseDouble(shown.group(1).replace(",", ""));
                numbers.add(shown.group(2).isEmpty() ? number : number / 100);
            }
        }
        return numbers;
    }

    /// Titles of a table's columns.
    static List<String> heads(Element table) {
        return all(table, "th", e -> e.getAttribute("scope").equals("col")).stream()
                .map(Element::getTextContent)
                .toList();
    }

    private static String title(Element row) {
        return all(row, "th", e -> !e.hasAttribute("scope")).stream()
                .map(Element::getTextContent)
                .findFirst()
                .orElse("");
    }

    static List<Double> numbers(Element element) {
        return Stream.concat(Stream.of(element), all(element, "*", e -> true).stream())
                .flatMap(e -> Stream.of(e.getAttribute("data-value"), e.getAttribute("data-values")))
                .flatMap(values -> Stream.of(values.split(" ")))
                .flatMap(value -> parsed(value).stream())
                .toList();
    }

    private static List<Double> parsed(String value) {
        return value.isEmpty() || value.equals("-") ? List.of() : List.of(Double.valueOf(value));
    }

    String text() {
        return all("body").getFirst().getTextContent();
    }
}
