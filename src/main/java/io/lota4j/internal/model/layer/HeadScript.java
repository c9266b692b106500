package io.lota4j.internal.model.layer;

import io.lota4j.internal.Text;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The methods before and behind the layers: embedding, last norm, head, losses and their derivative.
final class HeadScript {
    private HeadScript() {}

    static String source(Blocks blocks) {
        String kind = blocks.norm().kind().name();
        String eps = Double.toString(blocks.norm().eps());
        int weights = blocks.norm().weights().size();
        String norm = numbered("norm", 0, weights);
        return METHODS.replace("$EMBEDDED", embedded(blocks))
                .replace("$EMBEDDING_BACK", embeddingBack(blocks))
                .replace("$NORM_BACK", Text.format("(self).norm_%s_back(dn, h, %s, %s, )", kind, norm, eps))
                .replace("$NORM", Text.format("(self).norm_%s(h, %s, %s, )", kind, norm, eps))
                .replace("$GRADIENTS", numbered("back", 1, weights + 1))
                .replace("$SHAPED", shaped(blocks))
                .replace("$UNSHAPED", unshaped(blocks));
    }

    private static String numbered(String list, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> list + "[" + i + "]").collect(Collectors.joining(", "));
    }

    private static String embedded(Blocks blocks) {
        return rowsScaled(blocks, "torch.embedding(table, ids)");
    }

    private static String embeddingBack(Blocks blocks) {
        return rowsScaled(
                blocks, "torch.embedding_dense_backward(dy, ids, int(torch.select(tokens, 0, 0)), -1, False)");
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

    /// From `head_norm` on: the same with blocks of the head's rows, each beginning at row `first`.
    private static final String METHODS = """
          def embed(self, ids: Tensor, table: Tensor) -> List[Tensor]:
            return [$EMBEDDED]
          def embed_placed(self, ids: Tensor, table: Tensor, places: Tensor, positions: Tensor) -> List[Tensor]:
            return [torch.add_($EMBEDDED, torch.embedding(positions, places))]
          def embedding_gradient(self, dy: Tensor, ids: Tensor, tokens: Tensor) -> List[Tensor]:
            return [$EMBEDDING_BACK]
          def positions_gradient(self, dy: Tensor, places: Tensor, positions: Tensor) -> List[Tensor]:
            return [torch.embedding_dense_backward(dy, places, torch.size(positions, 0), -1, False)]
          def shaped(self, n: Tensor, head: Tensor) -> Tensor:
            z = (self).product(n, head, )
        $SHAPED    return z
          def logits(self, h: Tensor, norm: List[Tensor], head: Tensor) -> List[Tensor]:
            return [(self).shaped($NORM, head, )]
          def entropies(self, z: Tensor, labels: Tensor) -> List[Tensor]:
            return [torch.cross_entropy_loss(z, labels, None, 0, -100, 0.)]
          def losses(self, h: Tensor, norm: List[Tensor], head: Tensor, labels: Tensor) -> List[Tensor]:
            return (self).entropies((self).shaped($NORM, head, ), labels, )
          def logits_back(self, z: Tensor, labels: Tensor, weights: Tensor) -> List[Tensor]:
            d = torch.log_softmax(z, 1)
            at = torch.unsqueeze(labels, 1)
            losses = torch.neg(torch.squeeze(torch.gather(d, 1, at), 1))
            _0 = torch.exp_(d)
            _1 = torch.scatter_add_(d, 1, at, torch.new_full(d, [torch.size(d, 0), 1], -1.))
            _2 = torch.mul_(d, torch.unsqueeze(weights, 1))
        $UNSHAPED    return [losses, d]
          def log_probabilities(self, z: Tensor, out: Tensor) -> List[Tensor]:
            return [torch.copy_(out, torch.log_softmax(z, 1))]
          def divergences(self, z: Tensor, expected: Tensor) -> List[Tensor]:
            gap = torch.sub(expected, torch.log_softmax(z, 1))
            return [torch.sum(torch.mul_(gap, torch.exp(expected)), [1])]
          def divergences_back(self, z: Tensor, expected: Tensor, weights: Tensor) -> List[Tensor]:
            d = torch.log_softmax(z, 1)
            gap = torch.sub(expected, d)
            p = torch.exp(expected)
            losses = torch.sum(torch.mul_(gap, p), [1])
            _0 = torch.exp_(d)
            _1 = torch.sub_(d, p)
            _2 = torch.mul_(d, torch.unsqueeze(weights, 1))
        $UNSHAPED    return [losses, d]
          def head_back(self, h: Tensor, norm: List[Tensor], head: Tensor, labels: Tensor, weights: Tensor) -> List[Tensor]:
            n = $NORM
            scored = (self).logits_back((self).shaped(n, head, ), labels, weights, )
            d = scored[1]
            dn = (self).product(d, torch.t(head), )
            back = $NORM_BACK
            return [scored[0], back[0], n, d, $GRADIENTS]
          def head_norm(self, h: Tensor, norm: List[Tensor]) -> List[Tensor]:
            return [$NORM]
          def block_logits(self, n: Tensor, block: Tensor, first: Tensor, z: Tensor) -> List[Tensor]:
            at = int(torch.select(first, 0, 0))
            return [torch.copy_(torch.narrow(z, 1, at, torch.size(block, 0)), (self).shaped(n, block, ))]
          def block_back(self, d: Tensor, block: Tensor, first: Tensor, dn: Tensor) -> List[Tensor]:
            at = int(torch.select(first, 0, 0))
            part = torch.contiguous(torch.narrow(d, 1, at, torch.size(block, 0)))
            return [torch.add_(dn, (self).product(part, torch.t(block), ))]
          def head_norm_back(self, dn: Tensor, h: Tensor, norm: List[Tensor]) -> List[Tensor]:
            return $NORM_BACK
        """;
}
