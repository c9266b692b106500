package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Labels.LossOn;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.file.OnBadRow;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.yaml.Yaml;
import io.lota4j.train.objective.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Reads the tasks of a recipe.
///
/// @param others reads how somebody else trains a task
record TaskReader(MethodReader others) {
    /// Names are parts of directories and of runs' names.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    private static final int MAX_LENGTH = 1024;
    private static final String ON_BAD_ROW = "on-bad-row";

    private static final String UNPROTECTED = "unprotected";
    private static final String BY = "by";

    /// Every task behind `tasks`, by its name.
    List<Task> tasks(Fields recipe) {
        return each(recipe, "tasks", this::task);
    }

    /// Held-out text behind `general`: data that is scored only.
    static List<Task> general(Fields recipe) {
        return each(recipe, "general", TaskReader::text);
    }

    /// Reads what stands behind a name.
    interface Reader<T> {
        T read(String name, Fields fields);
    }

    /// Everything behind a key that stands under a name of its own.
    static <T> List<T> each(Fields recipe, String key, Reader<T> reader) {
        List<T> read = new ArrayList<>();
        recipe.within(key)
                .ifPresent(all -> all.mapping().entries().forEach((name, value) -> {
                    if (!NAME.matcher(name).matches()) {
                        all.keys()
                                .error(
                                        value,
                                        Text.format("%s: a name has letters, digits, - and _ only", all.place(name)));
                    }
                    all.within(name)
                            .ifPresentOrElse(fields -> read.add(reader.read(name, fields)), () -> missing(all, value));
                }));
        return read;
    }

    private static void missing(Fields all, Yaml value) {
        if (value instanceof Yaml.Nothing) {
            all.keys().error(value, Text.format("%s: a name without data", all.where()));
        }
    }

    private Task task(String name, Fields fields) {
        fields.only(
                "train",
                "test",
                "validation",
                "train-rows",
                "validation-rows",
                "test-rows",
                "prompt",
                "completion",
                "allow-special",
                "max-length",
                "generate",
                "answer",
                "steps",
                "loss-on",
                ON_BAD_ROW,
                ObjectiveReader.KEY,
                UNPROTECTED,
                BY);
        List<DataPart> train = train(fields);
        Path test = Path.of(fields.required("test"));
        Task.Rows rows = new Task.Rows(
                fields.whole("train-rows", Dataset.ALL, 1),
                fields.whole("validation-rows", 0, 0),
                fields.whole("test-rows", Dataset.ALL, 1));
        @Nullable Path validation = fields.has("validation") ? Path.of(fields.required("validation")) : null;
        OptionalLong steps = fields.has("steps") ? OptionalLong.of(fields.whole("steps", 1, 1)) : OptionalLong.empty();
        Task task = task(
                name, fields, train, test, validation, rows, steps, ObjectiveReader.objective(fields), later(fields));
        others.requireFound(fields, BY, List.of(task));
        return task;
    }

    /// Who trains a task that is not the run's own.
    private Task.@Nullable Later later(Fields fields) {
        List<Variant> by = others.variants(fields, BY);
        if (!fields.flag(UNPROTECTED)) {
            fields.value(BY)
                    .ifPresent(at -> fields.keys()
                            .error(
                                    at,
                                    Text.format(
                                            "%s says how somebody else trains the task, and it is not unprotected; add"
                                                    + " 'unprotected: true'",
                                            fields.place(BY))));
            return null;
        }
        if (by.stream().anyMatch(variant -> variant.kind().equals("lotto"))) {
            fields.value(BY)
                    .ifPresent(at -> fields.keys()
                            .error(
                                    at,
                                    Text.format(
                                            "%s: lotto leaves alone what earlier stages trained, which somebody else"
                                                    + " does not know; take lota",
                                            fields.place(BY))));
        }
        return new Task.Later(by);
    }

    /// One file or folder, or a list of them, each with its weight behind a colon.
    private static List<DataPart> train(Fields fields) {
        fields.required("train");
        List<DataPart> parts = new ArrayList<>();
        for (String text : fields.texts("train")) {
            try {
                parts.add(DataPart.parse(text));
            } catch (LotaException e) {
                fields.value("train")
                        .ifPresent(at ->
                                fields.keys().error(at, Text.format("%s: %s", fields.place("train"), e.getMessage())));
            }
        }
        return parts.isEmpty() ? List.of(DataPart.of(Path.of(""))) : parts;
    }

    private static Task text(String name, Fields fields) {
        fields.only(
                "data",
                "rows",
                "prompt",
                "completion",
                "allow-special",
                "max-length",
                "generate",
                "answer",
                "loss-on",
                ON_BAD_ROW);
        Path data = Path.of(fields.required("data"));
        int rows = fields.whole("rows", Dataset.ALL, 1);
        return task(
                name,
                fields,
                List.of(DataPart.of(data)),
                data,
                null,
                new Task.Rows(rows, 0, rows),
                OptionalLong.empty(),
                null,
                null);
    }

    private static Task task(
            String name,
            Fields fields,
            List<DataPart> train,
            Path test,
            @Nullable Path validation,
            Task.Rows rows,
            OptionalLong steps,
            @Nullable Objective objective,
            Task.@Nullable Later later) {
        @Nullable String prompt = fields.text("prompt");
        @Nullable String completion = fields.text("completion");
        if ((prompt == null) != (completion == null)) {
            fields.keys().error(fields.mapping(), Text.format("%s: prompt and completion go together", fields.where()));
        }
        return new Task(
                name,
                train,
                test,
                validation,
                rows,
                prompt,
                completion,
                fields.flag("allow-special"),
                fields.constant("loss-on", LossOn.ALL),
                fields.constant(ON_BAD_ROW, OnBadRow.STOP),
                fields.whole("max-length", MAX_LENGTH, 1),
                fields.whole("generate", 0, 0),
                answer(fields),
                steps,
                objective,
                later);
    }

    private static @Nullable String answer(Fields fields) {
        String answer = fields.text("answer");
        if (answer == null) {
            return null;
        }
        if (!fields.has("generate")) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s needs %s: without it there are no answers to look at",
                                    fields.place("answer"), fields.place("generate")));
        }
        try {
            Pattern.compile(answer);
        } catch (PatternSyntaxException e) {
            fields.value("answer")
                    .ifPresent(at -> fields.keys()
                            .error(
                                    at,
                                    Text.format(
                                            "%s is not a regular expression: %s",
                                            fields.place("answer"), e.getMessage())));
        }
        return answer;
    }
}
