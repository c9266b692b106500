package io.lota4j.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static final Map<String, Object> GIVEN = Map.of("bos", "<s>", "yes", true);
    private static final Map<String, Object> DATA =
            Map.of("m", new LinkedHashMap<>(Map.of("content", " a,<b> ")), "x", "x🧮");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ m.content }}",
                "{{ bos + m.content.strip() }}",
                "{{ bos ~ m.content[2:4] ~ bos }}",
                "{{ m.content.split(',') | join('|') }}",
                "{{ m.content | replace('<', bos) }}",
                "{{ bos | replace('s', x) }}",
                "{{ m.content | upper }}{{ m.content.title() }}",
                "{{ m | tojson }}",
                "{{ [m.content, bos] }}",
                "{{ '%s-%s' % (bos, x) }}{{ '{}{}'.format(x, bos) }}",
                "{{ x[::-1] }}{{ x[-1] }}{{ x | first }}",
                "{% set t %}{{ bos }}{{ x }}{% endset %}{{ t }}",
                "{% macro f(v) %}[{{ v }}]{% endmacro %}{{ f(x) }}",
                "{% filter upper %}{{ bos }}{{ x }}{% endfilter %}",
                "{% for k, v in m.items() %}{{ k }}={{ v | indent(2) }}{% endfor %}",
            })
    void dataIsWhatRowsWrote(String source) {
        // The template and what is given have none of the characters that the data is made of.
        Rendering rendering = Template.parse(source, "template").render(GIVEN, DATA);
        for (int i = 0; i < rendering.text().length(); i++) {
            char c = rendering.text().charAt(i);
            int at = i;
            boolean data = rendering.data().stream().anyMatch(s -> s.start() <= at && at < s.end());
            if ("axAX🧮".indexOf(c) >= 0 || (c == 'b' && !rendering.text().startsWith("bos", i))) {
                assertThat(data).as("%s at %s of '%s'", c, i, rendering.text()).isTrue();
            }
            if ("[]|=-'\"{}s".indexOf(c) >= 0) {
                assertThat(data).as("%s at %s of '%s'", c, i, rendering.text()).isFalse();
            }
        }
    }

    @Test
    void spansOfDataAreExact() {
        Rendering rendering = Template.parse("<{{ x }}{{ bos }}{{ m.content.strip() }}>{{ x }}", "template")
                .render(GIVEN, DATA);
        assertThat(rendering.text()).isEqualTo("<x🧮<s>a,<b>>x🧮");
        assertThat(rendering.data()).containsExactly(new Span(1, 4), new Span(7, 12), new Span(13, 16));
    }

    @Test
    void generationBlocksAreFoundWhereverTheyStand() {
        Rendering rendering = Template.parse(
                        "a{% set t %}b{% generation %}{{ x }}!{% endgeneration %}{% endset %}{% if yes %}"
                                + "{% for i in [1, 2] %}{{ t }}{% endfor %}{% endif %}",
                        "template")
                .render(GIVEN, DATA);
        assertThat(rendering.text()).isEqualTo("abx🧮!bx🧮!");
        assertThat(rendering.generation()).containsExactly(new Span(2, 6), new Span(7, 11));
        assertThat(rendering.data()).containsExactly(new Span(2, 5), new Span(7, 10));
    }

    @Test
    void marksDoNotCountInComparisons() {
        assertThat(Template.parse("{{ x[0] == 'x' }} {{ {'x': 1}[x[0]] }} {{ x[0] in ['x'] }}", "template")
                        .render(GIVEN, DATA)
                        .text())
                .isEqualTo("True 1 True");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ range(10**9) | list }}",
                "{{ 'a' * 10**9 }}",
                "{{ [1] * 10**9 }}",
                "{{ 10 ** (10 ** 6) }}",
                "{% set ns = namespace(t='aaaaaaaa') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor"
                        + " %}",
                "{% set ns = namespace(t=[1]) %}{% for i in range(99) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{{ 'x'.ljust(10**9) }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '{:999999999}'.format(1) }}",
                "{% set ns = namespace(a=1) %}{% set ns.a = ns %}{{ ns }}",
            })
    void hostileTemplatesAreRefused(String source) {
        Template template = Template.parse(source, "template");
        assertThatThrownBy(() -> template.render(Map.of(), Map.of()))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("The template cannot be rendered: ");
    }

    @Test
    void deepNestingIsRefused() {
        for (String source : List.of(
                "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
                "{{ " + "not ".repeat(5000) + "1 }}",
                "{{ " + "-".repeat(5000) + "1 }}",
                "{{ " + "1" + " + 1".repeat(50000) + " }}",
                "{{ " + "x".repeat(1) + "|upper".repeat(50000) + " }}",
                "{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000))) {
            assertThatThrownBy(() -> Template.parse(source, "template").render(Map.of(), Map.of()))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("within each other");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% include 'x' %}",
                "{% do x %}",
                "{% block x %}{% endblock %}",
                "{{ x | urlize }}",
                "{{ x | nothing }}",
                "{{ x is nothing }}",
                "{{ x | map('nothing') }}",
                "{{ x | selectattr('a', 'nothing') }}",
                "{{ nothing(1) }}",
                "{{ lipsum() }}",
                "{{ x.nothing() }}",
                "{{ x.encode() }}",
                "{{ 1 +",
                "{{ 'x }}",
                "{% if x %}",
                "{% endif %}",
                "{# x",
                "{% raw %}x",
                "{{ (1 }}",
                "{{ 1) }}",
                "{{ x ! y }}",
                "{% break %}",
                "{% macro f(a=1, b) %}{% endmacro %}",
                "{% set 1 = 2 %}",
                "{{ '\\x1' }}",
            })
    void whatTheEngineLacksIsRefusedWithItsLineWhenTheTemplateIsRead(String tag) {
        assertThatThrownBy(() -> Template.parse("first\n{# #}\n" + tag, "template of file.jinja"))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("The template of file.jinja cannot be rendered: line 3: ");
    }

    @Test
    void whatRenderingFindsOutIsToldWithItsLine() {
        assertThatThrownBy(() ->
                        Template.parse("a\n{{ m.content\n + 1 }}", "template").render(GIVEN, DATA))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("The template cannot be rendered: line 3: unsupported operand type(s) for +");
        assertThatThrownBy(
                        () -> Template.parse("{{ m.missing.more }}", "template").render(GIVEN, DATA))
                .hasMessageContaining("line 1: 'dict object' has no attribute 'missing'");
    }

    @Test
    void whatATemplateRaisesIsItsOwnWords() {
        assertThatThrownBy(() -> Template.parse("{{ raise_exception('No ' ~ bos) }}", "template")
                        .render(GIVEN, DATA))
                .isInstanceOf(LotaException.class)
                .hasMessage("The template refuses the messages: No <s>");
    }

    @Test
    void templatesTellWhatTheyRead() {
        Template template = Template.parse(
                "{{ a.b['c'] }}{{ d.get('e') }}{{ f | selectattr('g') }}{{ h | map(attribute='i.j') }}{{ 'k' }}"
                        + "{% if m.role == 'tool' %}{% endif %}",
                "template");
        assertThat(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "role"))
                .allMatch(template::mentions);
        assertThat(List.of("k", "tool", "tools")).noneMatch(template::mentions);
    }
}
