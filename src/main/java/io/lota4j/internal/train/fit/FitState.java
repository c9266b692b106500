package io.lota4j.internal.train.fit;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.train.distill.OwnAnswers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a stopped fit has found so far: one that is resumed from it goes on bit for bit as if it had never stopped.
///
/// @param identity of the fit: its settings, the base, the tickets and their prompts
/// @param answers tokens of each answer, its end included, for the tickets that have answered all their prompts
/// @param before mean divergence of each ticket from the sum of all; empty if it is not known yet
/// @param step the last step done
/// @param seconds that the fit took so far
/// @param values the coefficients, by tensor
/// @param first Adam's first moments
/// @param second Adam's second moments
record FitState(
        String identity,
        List<List<int[]>> answers,
        List<Double> before,
        long step,
        double seconds,
        SequencedMap<String, double[]> values,
        List<Double> first,
        List<Double> second) {

    /// Reads what a stopped fit has left.
    ///
    /// @throws LotaException if there is none, or it is another fit's
    static FitState read(Path file, String identity) {
        FitState state;
        try {
            JsonNode read = StrictJson.object(Files.readAllBytes(file), file.toString());
            state = JsonMapper.shared().treeToValue(read, FitState.class);
        } catch (NoSuchFileException e) {
            throw new LotaException(file + ": there is no state of a stopped fit to resume.", e);
        } catch (IOException | JacksonException e) {
            throw damaged(file, e);
        }
        if (!identity.equals(state.identity())) {
            throw new LotaException(Text.format(
                    "%s: this is the state of another fit: the tickets, the prompts, the base or the settings"
                            + " differ. It was %s; this is %s.",
                    file, state.identity(), identity));
        }
        return state;
    }

    static LotaException damaged(Path file, @Nullable Exception cause) {
        return new LotaException(file + ": the state of the stopped fit is damaged. Remove it to begin anew.", cause);
    }

    /// Whether a state has a part for each ticket's prompts and each coefficient, as one that [#write] wrote has.
    boolean fits(List<Integer> prompts, SequencedMap<String, double[]> coefficients, int moments) {
        for (int ticket = 0; ticket < answers.size(); ticket++) {
            if (ticket >= prompts.size() || answers.get(ticket).size() != prompts.get(ticket)) {
                return false;
            }
        }
        return values.keySet().equals(coefficients.keySet())
                && values.values().stream().allMatch(own -> own.length == prompts.size())
                && first.size() == moments
                && second.size() == moments
                && (before.isEmpty() || before.size() == prompts.size());
    }

    void write(Path file) {
        AtomicFile.write(file, JsonMapper.shared().writeValueAsString(this) + "\n");
    }

    /// Prompts with the answers that were found for them.
    ///
    /// @param ticket whose
    /// @param prompts as they were read
    List<Example> examples(int ticket, List<Example> prompts) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            examples.add(OwnAnswers.example(prompts.get(i), answers.get(ticket).get(i)));
        }
        return examples;
    }

    /// What a state keeps of an answered prompt.
    static int[] answer(Example answered) {
        return Arrays.copyOfRange(answered.ids(), answered.promptLength(), answered.length());
    }
}
