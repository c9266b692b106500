package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `README.md` of a model, as model hubs read them: YAML that says what it was made of, a title, and tables. It names
/// no directory of the machine that it was made on.
public final class ModelCard {
    /// How a model relates to its base, in the words of the hub.
    public enum Relation {
        FINETUNE,
        ADAPTER,
        MERGE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Keys of provenance that tell of a machine, not of the model.
    public static final Set<String> OF_MACHINE = Set.of("jvm", "threads", "kernel");

    /// As hubs name a model: its owner and its name.
    private static final Pattern HUB_NAME = Pattern.compile("[A-Za-z0-9][\\w.-]*/[\\w.-]+");
    /// A folder of a hub's cache, `models--OWNER--NAME`, two above its snapshot.
    private static final Pattern CACHED = Pattern.compile("models--([^/]+?)--([^/]+)");

    private static final Pattern FRONT = Pattern.compile("\\A---\\R(.*?)\\R---\\R", Pattern.DOTALL);
    private static final Pattern LICENSE =
            Pattern.compile("^license(?:_name|_link)?: *[^\\s\\[{&*!|>%@].*$", Pattern.MULTILINE);

    /// Words that YAML takes for text wherever they stand.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][\\w./-]*");

    private final Relation relation;
    private final String library;
    private final Set<String> bases = new LinkedHashSet<>();
    private final Set<String> licenses = new LinkedHashSet<>();
    private final Set<String> tags = new LinkedHashSet<>();
    private final Set<String> datasets = new LinkedHashSet<>();
    private final List<String> body = new ArrayList<>();

    /// A card without anything in it.
    ///
    /// @param library that loads the model, such as `transformers`
    public ModelCard(Relation relation, String library) {
        this.relation = relation;
        this.library = library;
        tags.add("lota");
    }

    /// Says that a model directory is what this was made of, and takes its license over.
    public ModelCard base(Path directory) {
        nameOf(directory).ifPresent(bases::add);
        licenses.addAll(licenses(directory));
        return this;
    }

    /// Says what a hub calls the base, in place of what is known of its directory.
    public ModelCard baseName(String name) {
        bases.clear();
        bases.add(name);
        return this;
    }

    /// Adds words that hubs find the model by.
    public ModelCard tags(String... words) {
        tags.addAll(List.of(words));
        return this;
    }

    /// Adds data sets by their names on a hub.
    public ModelCard datasets(Collection<String> names) {
        datasets.addAll(names);
        return this;
    }

    /// Adds a line of Markdown behind an empty one, such as a heading or a sentence.
    public ModelCard say(String line) {
        body.add("");
        body.add(line);
        return this;
    }

    /// Adds a table.
    ///
    /// @param head of its columns
    /// @param rows as long as the head
    public ModelCard table(List<String> head, List<List<String>> rows) {
        body.add("");
        body.add(row(head));
        body.add("|" + "---|".repeat(head.size()));
        rows.forEach(row -> body.add(row(row)));
        return this;
    }

    /// Adds text as it is.
    public ModelCard code(String language, String text) {
        body.addAll(List.of("", "```" + language, text.strip(), "```"));
        return this;
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells.stream().map(ModelCard::cell).toList()) + " |";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ");
    }

    /// The whole text.
    public String text() {
        List<String> lines = new ArrayList<>(List.of("---"));
        if (bases.size() == 1) {
            lines.add("base_model: " + bases.iterator().next());
        } else {
            lines.addAll(list("base_model", bases));
        }
        if (!bases.isEmpty()) {
            lines.add("base_model_relation: " + relation.word());
        }
        lines.addAll(licenses);
        lines.add("library_name: " + library);
        lines.addAll(list("tags", tags));
        lines.addAll(list("datasets", datasets));
        lines.add("---");
        lines.addAll(body);
        return String.join("\n", lines) + "\n";
    }

    private static List<String> list(String key, Collection<String> values) {
        List<String> lines = new ArrayList<>();
        if (!values.isEmpty()) {
            lines.add(key + ":");
            values.forEach(value -> lines.add("- " + quoted(value)));
        }
        return lines;
    }

    private static String quoted(String value) {
        return PLAIN.matcher(value).matches() ? value : "'" + value.replace("'", "''") + "'";
    }

    /// What a hub calls the model in a directory: as its folder in a hub's cache says, or its configuration.
    public static Optional<String> nameOf(Path directory) {
        for (Path part : directory.toAbsolutePath().normalize()) {
            Matcher cached = CACHED.matcher(part.toString());
            if (cached.matches()) {
                return Optional.of(cached.group(1) + "/" + cached.group(2));
            }
        }
        return read(directory.resolve(Checkpoint.CONFIG))
                .flatMap(text -> new JsonKeys(
                                directory.resolve(Checkpoint.CONFIG),
                                "",
                                StrictJson.pythons(text.getBytes(StandardCharsets.UTF_8), Checkpoint.CONFIG))
                        .optionalText("_name_or_path", JsonKeys.Null.ABSENT))
                .filter(name -> HUB_NAME.matcher(name).matches());
    }

    /// The base's license is that of what is made of it.
    private static List<String> licenses(Path directory) {
        return read(directory.resolve(ModelFiles.CARD))
                .map(FRONT::matcher)
                .filter(Matcher::find)
                .map(front -> LICENSE.matcher(front.group(1))
                        .results()
                        .map(line -> line.group().strip())
                        .toList())
                .orElse(List.of());
    }

    private static Optional<String> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }
}
