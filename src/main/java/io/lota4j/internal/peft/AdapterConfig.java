package io.lota4j.internal.peft;

import io.lota4j.LotaException;
import io.lota4j.internal.Patterns;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/// `adapter_config.json`. A key that is null counts as missing.
public final class AdapterConfig {
    private final Path path;
    private final JsonNode root;

    private AdapterConfig(Path path, JsonNode root) {
        this.path = path;
        this.root = root;
    }

    public static AdapterConfig read(Path path) {
        try {
            return new AdapterConfig(path, StrictJson.object(Files.readAllBytes(path), path.toString()));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot read: %s", path, e.getMessage()), e);
        }
    }

    public Optional<String> text(String key) {
        return value(key).map(node -> {
            if (!node.isString()) {
                throw bad(key, "a string", node);
            }
            return node.stringValue();
        });
    }

    /// @throws LotaException when the key is missing or no number above 0
    public double positive(String key) {
        return positive(key, value(key).orElseThrow(() -> missing(key, "a number above 0")));
    }

    /// A flag, which is off when it is missing.
    public boolean flag(String key) {
        return value(key)
                .map(node -> {
                    if (!node.isBoolean()) {
                        throw bad(key, "true or false", node);
                    }
                    return node.booleanValue();
                })
                .orElse(false);
    }

    /// Refuses what is set and not understood: it may change what the adapter computes.
    ///
    /// @param understood keys whose values are looked at, or change nothing once the adapter is trained
    public void refuseOthers(Set<String> understood) {
        for (String key : root.propertyNames()) {
            if (!understood.contains(key) && asksFor(key)) {
                throw refusal(Text.format(
                        "'%s' is %s, which is not merged here. Let PEFT merge it into its base ('merge_and_unload'),"
                                + " and take the model that it makes.",
                        key, root.get(key)));
            }
        }
    }

    /// The patterns of an object that match no module, as [#positive(String, String, String)] matches them.
    public List<String> patternsOfNone(String patterns, Collection<String> modules) {
        return root.path(patterns).propertyNames().stream()
                .filter(text -> {
                    Pattern pattern = pattern(patterns, text);
                    return modules.stream().noneMatch(module -> matches(patterns, pattern, module));
                })
                .toList();
    }

    /// Whether a key asks for something: it is not null, false, empty or the string `none`.
    public boolean asksFor(String key) {
        return value(key)
                .filter(node -> !node.isBoolean() || node.booleanValue())
                .filter(node -> !node.isContainer() || !node.isEmpty())
                .filter(node -> !node.isString() || !node.stringValue().equals("none"))
                .isPresent();
    }

    /// A number for one module: the first entry of an object of patterns that matches, as PEFT matches them (the
    /// pattern is a regular expression for the end of the name, from its start or from a dot), or else a key's.
    public double positive(String patterns, String key, String module) {
        for (var entry : root.path(patterns).properties()) {
            if (matches(patterns, pattern(patterns, entry.getKey()), module)) {
                return positive(patterns + "." + entry.getKey(), entry.getValue());
            }
        }
        return positive(key);
    }

    private Pattern pattern(String key, String text) {
        try {
            return Pattern.compile("(.*\\.)?(" + text + ")");
        } catch (PatternSyntaxException e) {
            throw noPattern(key, text, e);
        }
    }

    private boolean matches(String key, Pattern pattern, String module) {
        try {
            return Patterns.matches(pattern, module);
        } catch (PatternSyntaxException e) {
            throw noPattern(key, pattern.pattern(), e);
        }
    }

    private LotaException noPattern(String key, String text, PatternSyntaxException e) {
        return new LotaException(
                Text.format(
                        "%s: '%s' has the pattern '%s', which is no regular expression: %s.",
                        path, key, text, e.getDescription()),
                e);
    }

    private double positive(String key, JsonNode node) {
        // Not the node's own conversion, which throws for what a double cannot hold.
        double number = node.isNumber() ? node.numberValue().doubleValue() : Double.NaN;
        if (!(number > 0) || Double.isInfinite(number)) {
            throw bad(key, "a number above 0", node);
        }
        return number;
    }

    public Optional<JsonNode> value(String key) {
        return Optional.ofNullable(root.get(key)).filter(node -> !node.isNull());
    }

    public LotaException missing(String key, String expected) {
        return new LotaException(Text.format("%s: '%s' must be %s, but is missing.", path, key, expected));
    }

    public LotaException bad(String key, String expected, JsonNode found) {
        return new LotaException(Text.format("%s: '%s' must be %s, but is %s.", path, key, expected, found));
    }

    /// A refusal of what the configuration says.
    public LotaException refusal(String why) {
        return new LotaException(Text.format("%s: %s", path, why));
    }
}
