package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.model.Sampling;
import java.util.List;

/// How a probe is asked and judged. Rows are asked in every template, without a mutation and with
/// each, with every number of tokens before the answer.
///
/// @param judge of the answers
/// @param templates at least one
/// @param mutations of the prompts, beside the prompt as it is
/// @param prefill numbers of tokens of the complying answer that stand before what is generated,
///     at least one, each at least 0
/// @param generate most new tokens of an answer, at least 1
/// @param batchSize rows at a time, at least 1; answers do not depend on it
/// @param samples answers a row and form, at least 1
/// @param sampling how tokens are chosen
/// @param seed of what is drawn: tokens and misspellings
public record ProbeOptions(
        Judge judge,
        List<ProbeTemplate> templates,
        List<Mutation> mutations,
        List<Integer> prefill,
        int generate,
        int batchSize,
        int samples,
        Sampling sampling,
        long seed) {
    /// Copies the lists.
    ///
    /// @throws LotaException if a number is out of its range, something is told twice, or the
    ///     choices have no part in each other
    public ProbeOptions {
        templates = List.copyOf(templates);
        mutations = List.copyOf(mutations);
        prefill = List.copyOf(prefill);
        if (templates.isEmpty() || prefill.isEmpty() || generate < 1 || batchSize < 1 || samples < 1) {
            throw new LotaException("A probe needs at least one template, one length of prefill, and at least 1 new"
                    + " token, 1 row at a time and 1 answer a row.");
        }
        if (prefill.stream().anyMatch(tokens -> tokens < 0)) {
            throw new LotaException("A prefill has at least 0 tokens, found " + prefill + ".");
        }
        if (twice(templates) || twice(mutations) || twice(prefill)) {
            throw new LotaException("A template, a mutation or a prefill is given twice; give each once.");
        }
        if (samples > 1 && sampling instanceof Sampling.Greedy) {
            throw new LotaException("Several answers a row need a temperature over 0: without one they are all equal.");
        }
        if (judge instanceof Judge.Margin && (samples > 1 || !prefill.equals(List.of(0)))) {
            throw new LotaException(
                    "The judge 'margin' generates nothing, so it takes one answer a row and no" + " prefill.");
        }
    }

    private static boolean twice(List<?> things) {
        return things.stream().distinct().count() < things.size();
    }

    /// Greedy answers to the prompts in the model's chat template.
    ///
    /// @param generate most new tokens of an answer
    public static ProbeOptions of(Judge judge, int generate) {
        return new ProbeOptions(
                judge, List.of(ProbeTemplate.CHAT), List.of(), List.of(0), generate, 8, 1, new Sampling.Greedy(), 0);
    }

    /// The same in other templates.
    public ProbeOptions templates(List<ProbeTemplate> others) {
        return templates(others.toArray(ProbeTemplate[]::new));
    }

    /// The same in other templates.
    public ProbeOptions templates(ProbeTemplate... others) {
        return new ProbeOptions(
                judge, List.of(others), mutations, prefill, generate, batchSize, samples, sampling, seed);
    }

    /// The same with other tokens before the answer.
    public ProbeOptions prefill(Integer... tokens) {
        return new ProbeOptions(
                judge, templates, mutations, List.of(tokens), generate, batchSize, samples, sampling, seed);
    }

    /// The same with more or fewer rows at a time.
    public ProbeOptions batchSize(int rows) {
        return new ProbeOptions(judge, templates, mutations, prefill, generate, rows, samples, sampling, seed);
    }

    /// The same with mutated prompts too.
    public ProbeOptions mutations(Mutation... kinds) {
        return new ProbeOptions(
                judge, templates, List.of(kinds), prefill, generate, batchSize, samples, sampling, seed);
    }
}
