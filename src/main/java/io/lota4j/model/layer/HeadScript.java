package io.lota4j.model.layer;

import io.lota4j.Text;

/// The methods before and behind the layers: embedding, last norm, head, losses and their derivative.
final class HeadScript {
    private HeadScript() {}

    static String source(Blocks blocks) {
        String kind = blocks.norm().kind().name();
        String eps = Double.toString(blocks.norm().eps());
        return METHODS.replace("$EMBEDDED", embedded(blocks))
                .replace("$EMBEDDING_BACK", embeddingBack(blocks))
                .replace("$NORM_BACK", Text.format("(self).norm_%s_back($dy, h, norm, %s, )", kind, eps))
                .replace("$NORM", Text.format("(self).norm_%s(h, norm, %s, )", kind, eps))
                .replace("$SHAPED", shaped(blocks))
                .replace("$UNSHAPED", unshaped(blocks))
                .replace("$dy", "(self).product(d, torch.t(head), )");
    }

    private static String embedded(Blocks blocks) {
        return rowsScaled(blocks, "torch.embedding(table, ids)");
    }

    private static String embeddingBack(Blocks blocks) {
        return rowsScaled(blocks, "torch.embedding_dense_backward(dy, ids, torch.size(table, 0), -1, False)");
    }

    private static String rowsScaled(Blocks blocks, String rows) {
        return blocks.embeddingScale() == 1 ? rows : Text.format("torch.mul_(%s, %s)", rows, blocks.embeddingScale());
    }

    /// What becomes of the head's product.
    private static String shaped(Blocks blocks) {
        String scaled = blocks.logitScale() == 1 ? "" : line(Text.format("torch.mul_(z, %s)", blocks.logitScale()));
        String capped = blocks.logitCap() == 0
                ? ""
                : line(Text.format(
                        "torch.mul_(torch.tanh_(torch.div_(z, %s)), %s)", blocks.logitCap(), blocks.logitCap()));
        return scaled + capped;
    }

    /// Turns `d`, the logits' gradient, into that of the product; `z` are the logits.
    private static String unshaped(Blocks blocks) {
        String capped = blocks.logitCap() == 0
                ? ""
                : line(Text.format(
                        "torch.mul_(d, torch.rsub(torch.square_(torch.div_(z, %s)), 1.))", blocks.logitCap()));
        String scaled = blocks.logitScale() == 1 ? "" : line(Text.format("torch.mul_(d, %s)", blocks.logitScale()));
        return capped + scaled;
    }

    private static String line(String expression) {
        return "    _s = " + expression + "\n";
    }

    private static final String METHODS = """
          def embed(self, ids: Tensor, table: Tensor) -> List[Tensor]:
            return [$EMBEDDED]
          def embedding_gradient(self, dy: Tensor, ids: Tensor, table: Tensor) -> List[Tensor]:
            return [$EMBEDDING_BACK]
          def shaped(self, n: Tensor, head: Tensor) -> Tensor:
            z = (self).product(n, head, )
        $SHAPED    return z
          def logits(self, h: Tensor, norm: Tensor, head: Tensor) -> List[Tensor]:
            return [(self).shaped($NORM, head, )]
          def losses(self, h: Tensor, norm: Tensor, head: Tensor, labels: Tensor) -> List[Tensor]:
            return [torch.cross_entropy_loss((self).shaped($NORM, head, ), labels, None, 0, -100, 0.)]
          def head_back(self, h: Tensor, norm: Tensor, head: Tensor, labels: Tensor, weights: Tensor) -> List[Tensor]:
            n = $NORM
            z = (self).shaped(n, head, )
            d = torch.log_softmax(z, 1)
            at = torch.unsqueeze(labels, 1)
            losses = torch.neg(torch.squeeze(torch.gather(d, 1, at), 1))
            _0 = torch.exp_(d)
            _1 = torch.scatter_add_(d, 1, at, torch.new_full(d, [torch.size(d, 0), 1], -1.))
            _2 = torch.mul_(d, torch.unsqueeze(weights, 1))
        $UNSHAPED    back = $NORM_BACK
            return [losses, back[0], n, d, back[1]]
        """;
}
