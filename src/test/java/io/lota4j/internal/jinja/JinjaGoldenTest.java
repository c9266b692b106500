package io.lota4j.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What jinja2 makes of snippets with the settings of transformers.
class JinjaGoldenTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 7, 9, 5, 4);
    private static final JsonMapper JSON = new JsonMapper();

    @TestFactory
    Stream<DynamicTest> constructs() throws IOException {
        return cases("/golden/jinja/constructs.json");
    }

    @TestFactory
    Stream<DynamicTest> moreOfOurOwn() throws IOException {
        return cases("/jinja/snippets.json");
    }

    private static Stream<DynamicTest> cases(String resource) throws IOException {
        JsonNode golden;
        try (InputStream in = Objects.requireNonNull(JinjaGoldenTest.class.getResourceAsStream(resource))) {
            golden = JSON.readTree(in);
        }
        Map<String, @Nullable Object> context = map(golden.get("context"));
        assertThat(golden.get("cases")).isNotEmpty();
        return golden.get("cases")
                .valueStream()
                .map(c ->
                        DynamicTest.dynamicTest("'" + c.get("template").stringValue() + "'", () -> check(c, context)));
    }

    private static void check(JsonNode golden, Map<String, @Nullable Object> context) {
        String source = golden.get("template").stringValue();
        if (golden.has("error")) {
            assertThatThrownBy(() -> render(source, context)).isInstanceOf(LotaException.class);
        } else {
            assertThat(render(source, context).text())
                    .isEqualTo(golden.get("rendered").stringValue());
        }
    }

    private static Rendering render(String source, Map<String, @Nullable Object> context) {
        return Template.parse(source, "template").at(NOW).render(Map.of(), context);
    }

    private static Map<String, @Nullable Object> map(JsonNode node) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        node.properties().forEach(e -> map.put(e.getKey(), plain(e.getValue())));
        return map;
    }

    private static List<@Nullable Object> list(JsonNode node) {
        List<@Nullable Object> list = new ArrayList<>();
        node.forEach(item -> list.add(plain(item)));
        return list;
    }

    private static @Nullable Object plain(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> map(node);
            case ARRAY -> list(node);
            case STRING -> node.stringValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.numberValue();
            default -> null;
        };
    }
}
