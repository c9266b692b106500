package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.jinja.Marked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The expected texts are what Python's jinja2 renders with Hugging Face's settings.
class ChatTemplateTest {
    static final String LLAMA_2 = "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
            + "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}"
            + "{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
            + "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
            + "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
            + "{% if loop.index0 == 0 and system_message != false %}"
            + "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
            + "{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}"
            + "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}"
            + "{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}";

    static final String LLAMA_3 = """
        {{- bos_token }}
        {%- if not date_string is defined %}
            {%- if strftime_now is defined %}
                {%- set date_string = strftime_now("%d %b %Y") %}
            {%- else %}
                {%- set date_string = "26 Jul 2024" %}
            {%- endif %}
        {%- endif %}

        {#- This block extracts the system message. #}
        {%- if messages[0]['role'] == 'system' %}
            {%- set system_message = messages[0]['content']|trim %}
            {%- set messages = messages[1:] %}
        {%- else %}
            {%- set system_message = "" %}
        {%- endif %}
        {{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
        {{- "Today Date: " + date_string + "\\n\\n" }}
        {{- system_message }}
        {{- "<|eot_id|>" }}
        {%- for message in messages %}
            {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
        {%- endif %}
        """;

    private static final List<Message> CHAT = List.of(
            new Message("system", "Be {{ brief }}."),
            Message.user(" Name <b> {% x %} 'q' \\n "),
            Message.assistant("7"),
            Message.user("Another\u2028"));

    @TempDir
    Path dir;

    @Test
    void llama2() {
        assertThat(template(LLAMA_2).render(CHAT, true))
                .isEqualTo("<s>[INST] <<SYS>>\nBe {{ brief }}.\n<</SYS>>\n\n Name <b> {% x %} 'q' \\n [/INST] 7 </s>"
                        + "<s>[INST] Another [/INST]");
    }

    @Test
    void llama3() {
        assertThat(template(LLAMA_3).render(CHAT, true))
                .isEqualTo("<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: " + today() + "\n\n"
                        + "Be {{ brief }}.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
                        + "Name <b> {% x %} 'q' \\n<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
                        + "7<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnother<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void blocksTakeTheirLinesWithThem() {
        String zephyr = "{% for message in messages %}\n{% if message.role == 'user' %}\n"
                + "{{ '<|user|>\n' + message.content + eos_token }}\n{% endif %}\n"
                + "  {% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}\n";
        assertThat(template(zephyr).render(List.of(Message.user("hi")), true))
                .isEqualTo("<|user|>\nhi</s>\n<|assistant|>\n");
    }

    @Test
    void refusalsCarryTheTemplatesWords() {
        ChatTemplate template = template(LLAMA_2);
        List<Message> twoUsers = List.of(Message.user("a"), Message.user("b"));
        assertThatThrownBy(() -> template.render(twoUsers, true))
                .isInstanceOf(LotaException.class)
                .hasMessage("The chat template of " + dir.resolve("tokenizer_config.json") + " refuses the messages:"
                        + " Conversation roles must alternate user/assistant/user/assistant/...");
    }

    @Test
    void whatTheEngineLacksIsRefusedBeforeAnyRow() {
        assertThatThrownBy(() -> template("{{ bos_token }}\n{% include 'other' %}"))
                .isInstanceOf(LotaException.class)
                .hasMessage("The chat template of " + dir.resolve("tokenizer_config.json")
                        + " cannot be rendered: line 2: {% include %} is not supported.");
    }

    @Test
    void aTurnsKeysKeepTheirOrder() {
        assertThat(template("{{ messages[0] | tojson }}").render(List.of(Message.user("hi")), true))
                .isEqualTo("{\"role\": \"user\", \"content\": \"hi\"}");
    }

    @Test
    void nothingIsLeftFromOneTextToTheNext() {
        ChatTemplate template = template(
                "{% if x is defined %}left{% endif %}{% macro f(y) %}<{{ y }}>{% endmacro %}{% set x = 'new' %}"
                        + "{% set ns = namespace(z=x) %}{{ f(ns.z) }}");
        assertThat(template.render(CHAT, true)).isEqualTo("<new>");
        assertThat(template.render(CHAT, true)).isEqualTo("<new>");
    }

    @Test
    void unfinishedTemplatesAreErrors() {
        assertThatThrownBy(() -> template("{% for m in messages %}{{ m.content }}"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("cannot be rendered: line 1: ");
    }

    @Test
    void datesFollowPythonsFormat() {
        assertThat(template("{{ strftime_now('%Y') }}").render(CHAT, false)).matches("20\\d\\d");
    }

    @Test
    void fileBeforeConfiguration() throws IOException {
        Files.writeString(dir.resolve("chat_template.jinja"), "file");
        ChatTemplate template = template("config");
        assertThat(template.render(CHAT, false)).isEqualTo("file");
        assertThat(template.description()).isEqualTo("chat template of " + dir.resolve("chat_template.jinja"));
    }

    @Test
    void ofSeveralTheDefault() throws IOException {
        Path config = dir.resolve("tokenizer_config.json");
        Files.writeString(
                config,
                "{\"eos_token\":{\"content\":\"</s>\"},\"chat_template\":[{\"name\":\"tool_use\",\"template\":\"t\"},"
                        + "{\"name\":\"default\",\"template\":\"d{{ eos_token }}\"}]}");
        assertThat(ChatTemplate.of(dir).render(CHAT, false)).isEqualTo("d</s>");
        Files.writeString(config, "{\"chat_template\":[{\"name\":\"rag\",\"template\":\"t\"}]}");
        assertThatThrownBy(() -> ChatTemplate.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessage(config + " has several chat templates but none called 'default': rag.");
    }

    /// Those of processors and for other uses: without them the model would seem to have none.
    @Test
    void aTemplateThatStandsElsewhereIsNotPassedOver() throws IOException {
        Path other = Files.writeString(dir.resolve("chat_template.json"), "{\"chat_template\": \"t\"}");
        assertThatThrownBy(() -> ChatTemplate.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(
                        other + " holds a chat template that is not read; expected chat_template.jinja,");
        assertThat(template("config").render(CHAT, false)).isEqualTo("config");
    }

    /// Neither is a model without a template, or without the token.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        []                                    | must be a JSON object, but is array.
        {'chat_template': 1}                  | "chat_template" must be a text, or a list of objects with the texts 'name' and 'template', found 1.
        {'chat_template': {'default': 'x'}}   | "chat_template" must be a text, or a list of objects with the texts 'name' and 'template', found {"default":"x"}.
        {'chat_template': ['x']}              | "chat_template[0]" must be an object, found "x".
        {'chat_template': [{'name': 'default'}]} | "chat_template[0].template" must be a text, found nothing.
        {'chat_template': [{'name': 1, 'template': 'x'}]} | "chat_template[0].name" must be a text, found 1.
        {'eos_token': 2}                      | "eos_token" must be a text, found 2.
        {'bos_token': false}                  | "bos_token" must be a text, found false.
        {'eos_token': {'text': '</s>'}}       | "eos_token.content" must be a text, found nothing.
        {'eos_token': {'content': 2}}         | "eos_token.content" must be a text, found 2.
        {'image_token': {'content': 2}}       | "image_token.content" must be a text, found 2.
        """)
    void valuesOfAWrongTypeAreRefused(String config, String message) throws IOException {
        Path file = Files.writeString(dir.resolve("tokenizer_config.json"), config.replace('\'', '"'));
        assertThatThrownBy(() -> ChatTemplate.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageEndingWith(" " + message);
    }

    @Test
    void tokensMayBeTextsObjectsOrNull() throws IOException {
        Files.writeString(dir.resolve("tokenizer_config.json"), """
            {"add_bos_token": true, "bos_token": null, "chat_template": null, "image_token": "<image>",
             "eos_token": {"__type": "AddedToken", "content": "</s>"}}\
            """);
        assertThat(SpecialTokens.of(dir).byName()).isEqualTo(Map.of("eos_token", "</s>", "image_token", "<image>"));
        assertThat(ChatTemplate.source(dir)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer_config.json", "chat_template.jinja"})
    void aLinkThatLeadsNowhereIsNoMissingFile(String name) throws IOException {
        Path file = Files.createSymbolicLink(dir.resolve(name), dir.resolve("gone"));
        assertThatThrownBy(() -> ChatTemplate.of(dir))
                .isInstanceOf(LotaException.class)
                .hasMessage(file + ": cannot be read: it is a link to " + dir.resolve("gone") + ", which is not there");
    }

    @Test
    void withoutTemplateTheContentsFollowOneAnother() {
        ChatTemplate template = ChatTemplate.of(dir);
        Chat pair = Chat.of(Marked.data("2+2="), Marked.data("4"), List.of());
        assertThat(template.render(pair, 2, false).text()).isEqualTo("2+2=4");
        assertThat(template.render(pair, 1, true).text()).isEqualTo("2+2=");
        assertThat(template.description())
                .isEqualTo("no chat template: prompt and answer one after another, nothing between");
        assertThat(template.eosToken()).isEmpty();
    }

    private static String today() {
        return LocalDate.now(ZoneId.systemDefault()).format(DateTimeFormatter.ofPattern("dd MMM yyyy", Locale.ENGLISH));
    }

    private ChatTemplate template(String source) {
        ModelDirs.make(dir, "byte-level", t -> t, ModelDirs.config("<s>", "</s>", source));
        return ChatTemplate.of(dir);
    }
}
