package io.lota4j.internal.metrics;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.metrics.RunFile.Base;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.RunFile.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/// Reads and writes `run.json`.
public final class RunFiles {
    private RunFiles() {}

    /// The text of a file: keys as the record's components, in their order, nulls written.
    public static String text(RunFile file) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(file) + "\n";
    }

    /// Writes a file, whole or not at all.
    ///
    /// @throws LotaException if it cannot be written
    public static void write(Path path, RunFile file) {
        AtomicFile.write(path, text(file));
    }

    /// Reads a file strictly: every key is known, and none is missing but those that may be null.
    ///
    /// @throws LotaException if it cannot be read, is of another format, or a key is unknown, missing or of another
    ///     type
    public static RunFile read(Path path) {
        JsonNode node = StrictJson.object(bytes(path), path.toString());
        if (!node.path("format").equals(StringNode.valueOf(RunFile.FORMAT))) {
            throw new LotaException(Text.format(
                    "%s: 'format' must be '%s', found %s.",
                    path, RunFile.FORMAT, node.has("format") ? node.get("format") : "none"));
        }
        return JsonFields.read(node, path.toString(), RunFiles::file);
    }

    private static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new LotaException(path + ": cannot be read: " + FileKind.reason(e) + ".", e);
        }
    }

    private static RunFile file(JsonFields of) {
        return new RunFile(
                of.text("format"),
                of.text("name"),
                of.textOrNull("about"),
                of.text("command"),
                of.text("recipe"),
                of.object("base", RunFiles::base),
                of.objects("tasks", RunFiles::task),
                of.objects("runs", RunFiles::run),
                of.texts("equal"),
                of.map("versions"),
                of.map("machine"),
                of.text("started"),
                of.number("seconds"),
                of.flag("finished"),
                of.objectOrNull("risk", RunFiles::risk),
                of.objectsOrNone("probes", RunFiles::probe),
                of.objectsOrNone("protections", RunFiles::protection));
    }

    private static RunFile.Risk risk(JsonFields of) {
        return new RunFile.Risk(
                of.text("behaviour"), of.text("actor"), of.text("access"), of.text("budget"), of.texts("notTested"));
    }

    private static RunFile.Probe probe(JsonFields of) {
        return new RunFile.Probe(
                of.text("name"),
                of.text("test"),
                of.text("testSha256"),
                of.count("decline"),
                of.count("answer"),
                of.text("judge"),
                of.text("judging"),
                of.count("generate"),
                of.flag("shown"));
    }

    private static RunFile.Protection protection(JsonFields of) {
        return new RunFile.Protection(
                of.text("name"),
                of.text("text"),
                of.textOrNull("region"),
                of.textOrNull("use"),
                of.textOrNull("controlOf"),
                of.textOrNull("secret"));
    }

    private static Base base(JsonFields of) {
        return new Base(of.text("name"), of.text("fingerprint"), of.integer("weights"), of.integer("pool"));
    }

    private static Task task(JsonFields of) {
        return new Task(
                of.text("name"),
                of.text("train"),
                of.text("trainSha256"),
                of.count("trainRows"),
                of.count("validationRows"),
                of.count("testRows"),
                of.flag("answers"),
                of.textOrNull("prompt"),
                of.textOrNull("answer"));
    }

    private static Run run(JsonFields of) {
        return new Run(
                of.text("name"),
                of.text("method"),
                of.text("kind"),
                of.numberOrNull("sparsity"),
                of.number("lr"),
                of.texts("order"),
                of.integer("seed"),
                of.map("settings"),
                of.textOrNull("merged"),
                of.textOrNull("protection"),
                of.mapOrNone("by"));
    }
}
