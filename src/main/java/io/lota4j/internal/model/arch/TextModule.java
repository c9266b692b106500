package io.lota4j.internal.model.arch;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Blocks;
import java.util.List;
import java.util.Optional;

/// The text model of a multimodal one, whose configuration is within `text_config`.
///
/// @param type of the whole configuration
/// @param texts what the text model may be; the first if its configuration does not say
/// @param tied whether the head is the embedding where no configuration says so
record TextModule(String title, String type, List<Architecture> texts, boolean tied) implements Architecture {
    private static final String TIED = "tie_word_embeddings";

    @Override
    public List<String> types() {
        return List.of(type);
    }

    @Override
    public List<DecoderNames> names() {
        return DecoderNames.AMONG_MODULES;
    }

    @Override
    public Blocks blocks(ConfigKeys keys) {
        JsonKeys text = keys.keys()
                .optionalObject("text_config", Null.REFUSED)
                .orElseThrow(() -> keys.keys().wrong("text_config", "an object"));
        String textType = text.optionalText("model_type", Null.REFUSED)
                .orElse(texts.getFirst().types().getFirst());
        Architecture architecture = texts.stream()
                .filter(known -> known.types().contains(textType))
                .findFirst()
                .orElseThrow(() -> keys.unsupported(Text.format(
                        "%s is \"%s\"; supported in a \"%s\": %s.",
                        text.name("model_type"),
                        textType,
                        type,
                        texts.stream()
                                .flatMap(known -> known.types().stream())
                                .map(name -> "\"" + name + "\"")
                                .toList())));
        return architecture.blocks(new ConfigKeys(text, keys.names())
                .withDefaults(Text.format("{\"%s\": %s}", TIED, tied(keys.keys(), text))));
    }

    private boolean tied(JsonKeys whole, JsonKeys text) {
        Optional<Boolean> outside = whole.optionalFlag(TIED, Null.ABSENT);
        Optional<Boolean> inside = text.optionalFlag(TIED, Null.ABSENT);
        if (outside.isPresent() && inside.isPresent() && !outside.equals(inside)) {
            throw whole.refused(Text.format(
                    "%s is %s, but %s is %s: they must agree.",
                    whole.name(TIED), outside.get(), text.name(TIED), inside.get()));
        }
        return outside.or(() -> inside).orElse(tied);
    }
}
