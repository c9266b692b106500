package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.JsonKeys;
import io.lota4j.checkpoint.ModelFiles;
import io.lota4j.checkpoint.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `README.md` of a model with a ticket on it, as model hubs read them: what it was made of and how.
final class ModelCard {
    /// As hubs name a model: its owner and its name.
    private static final Pattern HUB_NAME = Pattern.compile("[A-Za-z0-9][\\w.-]*/[\\w.-]+");
    /// A folder of a hub's cache, `models--OWNER--NAME`, two above its snapshot.
    private static final Pattern CACHED = Pattern.compile("models--([^/]+?)--([^/]+)");

    private static final Pattern FRONT = Pattern.compile("\\A---\\R(.*?)\\R---\\R", Pattern.DOTALL);
    private static final Pattern LICENSE =
            Pattern.compile("^license(?:_name|_link)?: *[^\\s\\[{&*!|>%@].*$", Pattern.MULTILINE);

    private ModelCard() {}

    static String text(Checkpoint base, Ticket ticket, Effect effect) {
        Optional<String> name = baseName(base.directory());
        List<String> lines = new ArrayList<>(List.of("---"));
        name.ifPresent(known -> lines.addAll(List.of("base_model: " + known, "base_model_relation: finetune")));
        lines.addAll(licenses(base.directory()));
        lines.addAll(List.of("library_name: transformers", "tags:", "- lota", "- sparse", "---", ""));
        lines.add("# " + name.map(known -> known + ", fine-tuned").orElse("A fine-tuned model"));
        lines.addAll(List.of(
                "",
                Text.format(
                        "lota4j made these weights by changing %,d weights of a base, %s.",
                        effect.changed(), name.orElse("whose name it does not know")),
                "",
                "| | |",
                "|---|---|",
                row("fingerprint of the base's weights", ticket.info().base()),
                row("weights in the ticket", Text.format("%,d of %,d", ticket.nnz(), ticket.poolSize())),
                row("pool", ticket.info().pool())));
        ticket.info().provenance().forEach((key, value) -> lines.add(row(key, value)));
        return String.join("\n", lines) + "\n";
    }

    private static String row(String key, String value) {
        return Text.format("| %s | %s |", cell(key), cell(value));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ");
    }

    private static Optional<String> baseName(Path directory) {
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
