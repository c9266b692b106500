package io.lota4j.cli;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// How a command's help looks: its options under headings, one example at the end, as wide as the terminal.
final class HelpPage {
    private static final int WIDTH = 100;
    private static final int LEAST = 60;
    private static final int MOST = 160;
    private static final String REQUIRED = "Required";
    private static final String OPTIMIZER = "Optimizer";

    /// Of a run's settings, those of the rule that changes weights.
    private static final Set<String> OF_OPTIMIZER = Set.of(
            "--optimizer",
            "--weight-decay",
            "--beta1",
            "--beta2",
            "--rmsprop-alpha",
            "--momentum",
            "--epsilon",
            "--clip",
            "--max-norm");

    /// By the name of the field that a command mixes them in by, in the order of the page.
    private static final SequencedMap<String, String> HEADINGS = new LinkedHashMap<>();

    static {
        HEADINGS.put("model", "Model");
        HEADINGS.put("data", "Data");
        HEADINGS.put("training", "Training");
        HEADINGS.put("optimizer", OPTIMIZER);
        HEADINGS.put("lora", "LoRA");
        HEADINGS.put("pool", "Which tensors");
        HEADINGS.put("avoid", "Weights to leave alone");
        HEADINGS.put("kernel", "Speed and memory");
        HEADINGS.put("memory", "Speed and memory");
        HEADINGS.put("state", "Saving and logging");
        HEADINGS.put("printing", "General");
        HEADINGS.put("common", "General");
    }

    private HelpPage() {}

    /// Lays out the help of a command and of those in it.
    ///
    /// @param columns the terminal's width, or null where it is not known
    static void layOut(CommandLine line, @Nullable String columns) {
        CommandSpec spec = line.getCommandSpec();
        spec.usageMessage().width(width(columns));
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> options(spec, help));
        String example = Examples.of(spec.qualifiedName().replaceFirst("^lota ", ""));
        if (example != null) {
            List<String> footer = new ArrayList<>(List.of(spec.usageMessage().footer()));
            footer.addAll(List.of("", "Example:"));
            example.lines().map(text -> "  " + text).forEach(footer::add);
            spec.usageMessage().footer(footer.toArray(String[]::new));
        }
        line.getSubcommands().values().forEach(nested -> layOut(nested, columns));
    }

    private static int width(@Nullable String columns) {
        try {
            return columns == null ? WIDTH : Math.clamp(Integer.parseInt(columns.strip()), LEAST, MOST);
        } catch (NumberFormatException e) {
            // Whatever it is, it is no width.
            return WIDTH;
        }
    }

    private static String options(CommandSpec spec, Help help) {
        SequencedMap<String, List<OptionSpec>> groups = grouped(spec);
        if (groups.size() == 1) {
            return list(groups.firstEntry().getValue(), help);
        }
        StringBuilder text = new StringBuilder();
        groups.forEach((heading, options) ->
                text.append(Text.format("%n%s:%n", heading)).append(list(options, help)));
        return text.toString();
    }

    private static String list(List<OptionSpec> options, Help help) {
        Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
        layout.addOptions(options, help.parameterLabelRenderer());
        return layout.toString();
    }

    /// The options by heading.
    private static SequencedMap<String, List<OptionSpec>> grouped(CommandSpec spec) {
        SequencedMap<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        groups.put(REQUIRED, new ArrayList<>());
        groups.put("Options", new ArrayList<>());
        HEADINGS.values().forEach(heading -> groups.put(heading, new ArrayList<>()));
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                String heading = option.required() ? REQUIRED : heading(option, spec.mixins());
                groups.computeIfAbsent(heading, missing -> new ArrayList<>()).add(option);
            }
        }
        groups.values().removeIf(List::isEmpty);
        return groups;
    }

    private static String heading(OptionSpec option, Map<String, CommandSpec> mixins) {
        if (option.group() != null && option.group().heading() != null) {
            return option.group().heading().replace(":%n", "");
        }
        if (option.longestName().equals("--dry-run")) {
            return "General";
        }
        if (OF_OPTIMIZER.contains(option.longestName())) {
            return OPTIMIZER;
        }
        for (var mixin : mixins.entrySet()) {
            if (mixin.getValue().optionsMap().containsKey(option.longestName())) {
                return HEADINGS.getOrDefault(mixin.getKey(), "Options");
            }
        }
        return "Options";
    }
}
