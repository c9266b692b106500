package io.lota4j.cli;

import io.lota4j.Generation;
import io.lota4j.Lota;
import io.lota4j.model.Sampling;
import io.lota4j.ticket.Ticket;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
@Prints({Key.ANSWER, Key.ENDED})
final class GenerateCommand extends BaseCommand {
    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(
            paramLabel = "PROMPT",
            description = "The user's message. One that starts with a dash goes last, behind --.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String prompt;

    @Option(
            names = "--max-new",
            paramLabel = "N",
            defaultValue = "128",
            converter = Numbers.Count.class,
            description = "Most tokens of the answer (default: ${DEFAULT-VALUE}, or what fits the model).")
    private int maxNew;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            converter = Numbers.NotNegative.class,
            description = "Sampling temperature (default: 0: always the most probable token).")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "50",
            converter = Numbers.Count.class,
            description = "Sample from the N most probable tokens (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            defaultValue = "1.0",
            converter = Numbers.Share.class,
            description = "Nucleus sampling: the smallest set of tokens with this total probability (default:"
                    + " ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "Seed for sampling (default: 0).")
    private long seed;

    @Option(
            names = "--allow-special",
            description = "Read the text of control tokens in the prompt, such as <|im_end|>, as these tokens.")
    private boolean allowSpecial;

    @Override
    boolean usesKernel() {
        return true;
    }

    @Override
    DryRun plan() {
        return model.plan(new DryRun(), messages()).line("answer", "at most " + maxNew + " tokens");
    }

    @Override
    int execute(Result result) {
        try (Lota lota = warned(model.open())) {
            List<Ticket> tickets = model.tickets(messages());
            model.warn(tickets, messages());
            Generation.Answer answer =
                    lota.answer(prompt, tickets, new Generation(maxNew, sampling(), seed, allowSpecial));
            result.say("%s", Figure.of(Key.ANSWER, answer.text()));
            result.also(Key.ENDED, answer.ended());
            if (!answer.ended()) {
                messages()
                        .tell("lota: cut after "
                                + (answer.room() < maxNew
                                        ? answer.room() + " tokens, where the model's positions end"
                                        : maxNew + " tokens (--max-new)"));
            }
        }
        return ExitCode.OK;
    }

    private Sampling sampling() {
        return temperature == 0 ? new Sampling.Greedy() : new Sampling.TopKTopP(temperature, topK, topP);
    }
}
