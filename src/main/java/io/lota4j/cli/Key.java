package io.lota4j.cli;

import java.util.Locale;

/// The keys of what commands print with `--json`. A thing has one name in all commands, with its unit where it has one;
/// what is read by programs is never renamed.
enum Key {
    A("of mask A: path, trainable, pool_size, sparsity, bytes"),
    ACCURACY("right answers, a share in [0, 1]; in scores by task"),
    ACTIVATION_BYTES("memory for what a pass keeps"),
    ADAPTER("the smaller adapter"),
    ADDED_DIVERGENCE("of the tickets added up, nats a token of an answer"),
    ALPHA("factor of the deltas, in (0, 1]"),
    ANSWER("the text that was generated"),
    B("of mask B, as a"),
    BASE("fingerprint of the base, a SHA-256"),
    BYTES("size of the file; in a plan, what is needed"),
    CHANCE("share of the gradient norm that a mask drawn by chance sees, in [0, 1]"),
    CHANGED("weights that are changed"),
    COEFFICIENT("by what a model's change is scaled on average"),
    COMMAND("the command of a step"),
    CONFLICT_SHARE("of the shared weights, the share with opposed signs"),
    CORRECT("right answers"),
    COSINE("cosine of two changes"),
    DATA_SHA256("digest of the data"),
    DENSITY("weights that are changed or trained, a share of the pool in [0, 1]"),
    DETAIL("what is known only as words"),
    DROPPED("of a model's changed weights, the share that is gone"),
    DRY_RUN("true: nothing was done"),
    ENDED("whether the model ended the answer; false: it was cut"),
    EXACT("weights that are kept as they are, for no delta leads there"),
    EXAMPLES("rows that were scored"),
    FILES("a list of path and bytes; a folder has no bytes"),
    FIRST_LOSS("loss of the first step, nats a labelled token"),
    FITTED("of a fitted merge, a list of name, added_divergence, fitted_divergence, least_coefficient,"
            + " mean_coefficient and most_coefficient"),
    FITTED_DIVERGENCE("of the merge, nats a token of an answer"),
    FLIPPED("of a model's changed weights, the share with another sign"),
    FORMAT("what was written"),
    FORWARD_BACKWARD_SECONDS("median of a step's passes"),
    FREE_BYTES("what is free"),
    GENERATED_TOKENS("tokens of all answers"),
    GENERATION_SECONDS("what answering took"),
    GRADIENT_SHARE("of what the mask sees: share, chance, norm and rows"),
    HELD_OUT_LOSS("lowest loss of the held-out rows, nats a labelled token"),
    INEXACT("by tensor, weights that got the nearest delta in place of what a ticket keeps exactly"),
    IN_BOTH("weights that both masks train"),
    IN_EITHER("weights that one of the masks trains"),
    JUDGED_BY("what the parts were compared by"),
    KEPT("of a model's change, the share of the squared norm"),
    KEPT_SCORE("score of the smallest part: a share of right answers, or a loss in nats per response token"),
    KERNEL("what computed on the masked weights"),
    KINDS("by kind of matrix: trainable, pool_size, density"),
    LAST_LOSS("loss of the last step, nats a labelled token"),
    LEAST_COEFFICIENT("of a ticket, that was fitted"),
    LEFT_OUT("rows that were too long"),
    LOSS("mean per response token, nats"),
    LOST("share of the change's squared norm that rounding took"),
    LOWER_QUARTILE_SECONDS("of the steps"),
    LR("learning rate"),
    MARGIN("how many times more is kept than was needed"),
    MARKDOWN("the file of tables"),
    MASKS("a list of path, share, chance, norm and rows"),
    MATRICES("matrices with factors"),
    MEAN_COEFFICIENT("of a ticket, that was fitted"),
    METHOD("of the merge"),
    METRICS("the file of an experiment's figures"),
    MODELS("a list of name, changed, kept, dropped, flipped, coefficient and path"),
    MOST_COEFFICIENT("of a ticket, that was fitted"),
    NAME("what something is called"),
    NAMES("of the two models"),
    NEW_TOKENS_PER_SECOND("speed of answering"),
    NORM("of the gradient, of the loss summed over all tokens"),
    NOT_COPIED("names of the model's files that are not in the result"),
    OPTIMIZER("its name"),
    ORIGIN("by name, how the mask was made"),
    OVERFLOWED("weights that became infinite"),
    OVERLAP("what two have in common over what either has, a share in [0, 1]"),
    PAIRS("a list of names, overlap, conflict_share, shared and cosine"),
    PATH("what was written, or was looked at"),
    PEAK_RSS_BYTES("most memory that the process had; null where it is not known"),
    PLAN("a list of what and of what is known about it; of an experiment, of name,"
            + " trained_tokens, scored_tokens and seconds"),
    POOL("which matrices it chose from"),
    POOL_SIZE("weights of the pool"),
    PREVIEW("a list of text: the first examples"),
    PROGRESS("how many runs of how many are done"),
    PROVENANCE("by name, how the ticket was made"),
    RANK("of the factors"),
    REPORT("the page"),
    RESPONSE_TOKENS("tokens that were scored"),
    RESULT("the object of a step"),
    RESULTS("a list of command and result; of a dry run, of command and either result or detail"),
    REVERSIBLE("whether it can be reverted bit for bit"),
    ROUNDING("what rounding took: vanished, and lost, overflowed or changed where they apply"),
    ROWS("of the data; of a gradient, whose it is"),
    RUNS("how often each work was timed"),
    RUNTIME_BYTES("memory for JVM and engine"),
    SAYS("a list of sentences"),
    SCHEDULE("of the learning rate"),
    SCOPE("where the largest scores were chosen"),
    SCORE_BEFORE("score without the ticket"),
    SCORED_TOKENS("tokens to score"),
    SCORES("a list of name and accuracy"),
    SECONDS("what it took; of bench step the median, of bench merge the medians by work"),
    SHARE("of the gradient norm that the mask sees, in [0, 1]"),
    SHARED("weights that both change"),
    SHARE_OF_A("of A's weights, the share that B has too"),
    SHARE_OF_B("of B's weights, the share that A has too"),
    SHORT_OF_ROOM("answers that had room for fewer tokens than asked for"),
    SMALLEST_ALPHA("the part of the deltas that was enough"),
    SPARSITY("frozen weights, a share of the pool in [0, 1]"),
    STAGES("of the experiment"),
    STAGES_DONE("of them, those that are done"),
    STATE_BYTES("memory for the state of training"),
    STEPS("optimizer steps; of bench step, those that were timed"),
    STEP_EXAMPLES("examples of a step, at most"),
    TENSORS("by tensor: trainable, pool_size, density"),
    TENSOR_COUNT("tensors of the model"),
    TEXT("of an example, its tokens with loss in brackets"),
    THRESHOLD("least score that is trainable"),
    TICKET("of the ticket: path, changed, pool_size, density, bytes"),
    TICKET_WEIGHTS("weights in the ticket"),
    TOKENS("that went through the model"),
    TOKENS_A_STEP("mean of the steps"),
    TOKENS_PER_SECOND("speed; of an experiment's dry run by kind of work"),
    TRAINABLE("weights that are trained"),
    TRAINED_TOKENS("tokens to train on"),
    UNPARSED("answers without the form that was asked for"),
    UPDATE_SECONDS("median of a step's update"),
    UPPER_QUARTILE_SECONDS("of the steps"),
    VANISHED("weights that stay as they were, for the change is too small for the type"),
    WARM_STEPS("steps that were not timed"),
    WEIGHTS("weights of the model; of lora, of the matrices"),
    WEIGHT_BYTES("memory for the base"),
    WEIGHT_GRADIENT_SECONDS("median of a step's weight gradients"),
    WHAT("what the figures are of"),
    WHOLE_SCORE("score of the whole ticket, as kept_score");

    private final String meaning;

    Key(String meaning) {
        this.meaning = meaning;
    }

    /// As it stands in the object.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// In a few words, with the unit.
    String meaning() {
        return meaning;
    }

    /// The key of a word.
    ///
    /// @throws IllegalArgumentException if there is none
    static Key of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
