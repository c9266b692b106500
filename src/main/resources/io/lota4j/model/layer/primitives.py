class Ops(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def ints(self, x: Tensor) -> List[int]:
    values = annotate(List[int], [])
    for i in range(torch.size(x, 0)):
      _0 = torch.append(values, int(torch.select(x, 0, i)))
    return values
  def product(self, a: Tensor, b: Tensor) -> Tensor:
    return $PRODUCT
  def by_token(self, x: Tensor) -> Tensor:
    l = torch.size(x, 3)
    return torch.reshape(torch.permute(x, [0, 3, 1, 2, 4]), [torch.mul(torch.size(x, 0), l), -1])
  def sizes(self, groups: List[int]) -> List[int]:
    sizes = annotate(List[int], [])
    for i in range(torch.floordiv(torch.len(groups), 2)):
      _0 = torch.append(sizes, torch.mul(groups[torch.mul(2, i)], groups[torch.add(torch.mul(2, i), 1)]))
    return sizes
  # A linear layer's outputs by token. Few tokens are served better by the product that reads the matrix once.
  def linear(self, x: Tensor, w: Tensor) -> Tensor:
    if torch.lt(torch.size(x, 0), 16):
      y = torch.linear(x, w)
    else:
      y = (self).product(x, w, )
    return y
  # RMS norm, scaled by w.
  def norm_RMS(self, x: Tensor, w: Tensor, eps: float) -> Tensor:
    return torch.rms_norm(x, [torch.size(x, -1)], w, eps)
  def norm_RMS_back(self, dy: Tensor, x: Tensor, w: Tensor, eps: float) -> List[Tensor]:
    r = torch.rsqrt_(torch.add_(torch.mean(torch.square(x), [-1], True), eps))
    unit = torch.mul(x, r)
    along = torch.mul(dy, unit)
    dw = torch.sum(along, [0])
    share = torch.div_(torch.unsqueeze(torch.mv(along, w), 1), torch.size(x, -1))
    dx = torch.sub_(torch.mul(dy, w), torch.mul_(unit, share))
    return [torch.mul_(dx, r), dw]
  # RMS norm, scaled by 1 + w.
  def norm_RMS_PLUS_ONE(self, x: Tensor, w: Tensor, eps: float) -> Tensor:
    return (self).norm_RMS(x, torch.add(w, 1.), eps, )
  def norm_RMS_PLUS_ONE_back(self, dy: Tensor, x: Tensor, w: Tensor, eps: float) -> List[Tensor]:
    return (self).norm_RMS_back(dy, x, torch.add(w, 1.), eps, )
  # Layer norm, scaled by w and shifted by b.
  def norm_LAYER(self, x: Tensor, w: Tensor, b: Tensor, eps: float) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], w, b, eps, True)
  def norm_LAYER_back(self, dy: Tensor, x: Tensor, w: Tensor, b: Tensor, eps: float) -> List[Tensor]:
    centred = torch.sub(x, torch.mean(x, [-1], True))
    r = torch.rsqrt_(torch.add_(torch.mean(torch.square(centred), [-1], True), eps))
    unit = torch.mul_(centred, r)
    dw = torch.sum(torch.mul(dy, unit), [0])
    dunit = torch.mul(dy, w)
    along = torch.mean(torch.mul(dunit, unit), [-1], True)
    dx = torch.sub_(torch.sub(dunit, torch.mean(dunit, [-1], True)), torch.mul_(unit, along))
    return [torch.mul_(dx, r), dw, torch.sum(dy, [0])]
  # A causal convolution of each feature by w [features, 1, length], whose last column is for the token itself.
  def convolve(self, x: Tensor, w: Tensor, groups: List[int]) -> Tensor:
    sizes = (self).sizes(groups, )
    xs = torch.split_with_sizes(x, sizes, 0)
    length = torch.size(w, 2)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      xi = torch.reshape(xs[i], [n, l, torch.size(x, 1)])
      y = torch.mul(xi, torch.select(torch.select(w, 1, 0), 1, torch.sub(length, 1)))
      for j in range(1, ops.prim.min(length, l), 1):
        column = torch.select(torch.select(w, 1, 0), 1, torch.sub(torch.sub(length, 1), j))
        _0 = torch.add_(torch.narrow(y, 1, j, torch.sub(l, j)), torch.mul(torch.narrow(xi, 1, 0, torch.sub(l, j)), column))
      _1 = torch.append(outs, torch.reshape(y, [torch.mul(n, l), torch.size(x, 1)]))
    return torch.cat(outs, 0)
  # The gradients of what went in, of w and of a bias.
  def convolve_back(self, dy: Tensor, x: Tensor, w: Tensor, groups: List[int]) -> List[Tensor]:
    sizes = (self).sizes(groups, )
    xs = torch.split_with_sizes(x, sizes, 0)
    ds = torch.split_with_sizes(dy, sizes, 0)
    length = torch.size(w, 2)
    dw = torch.zeros_like(w)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      xi = torch.reshape(xs[i], [n, l, torch.size(x, 1)])
      di = torch.reshape(ds[i], [n, l, torch.size(x, 1)])
      dx = torch.zeros_like(xi)
      for j in range(0, ops.prim.min(length, l), 1):
        at = torch.sub(torch.sub(length, 1), j)
        column = torch.select(torch.select(w, 1, 0), 1, at)
        d = torch.narrow(di, 1, j, torch.sub(l, j))
        _0 = torch.add_(torch.narrow(dx, 1, 0, torch.sub(l, j)), torch.mul(d, column))
        seen = torch.sum(torch.mul(d, torch.narrow(xi, 1, 0, torch.sub(l, j))), [0, 1])
        _1 = torch.add_(torch.select(torch.select(dw, 1, 0), 1, at), seen)
      _2 = torch.append(outs, torch.reshape(dx, [torch.mul(n, l), torch.size(x, 1)]))
    return [torch.cat(outs, 0), dw, torch.sum(dy, [0])]
  # As convolve for new tokens of some sequences, whose last tokens are in before [slots, length - 1, features].
  def convolve_in_cache(self, x: Tensor, w: Tensor, before: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor) -> Tensor:
    some = (self).ints(slots, )
    added = (self).ints(lengths, )
    xs = torch.split_with_sizes(x, added, 0)
    past = torch.sub(torch.size(w, 2), 1)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(some)):
      last = torch.select(before, 0, some[i])
      all = torch.cat([last, xs[i]], 0)
      l = added[i]
      y = torch.mul(xs[i], torch.select(torch.select(w, 1, 0), 1, past))
      for j in range(1, torch.add(past, 1), 1):
        column = torch.select(torch.select(w, 1, 0), 1, torch.sub(past, j))
        _0 = torch.add_(y, torch.mul(torch.narrow(all, 0, torch.sub(past, j), l), column))
      _1 = torch.copy_(last, torch.narrow(all, 0, l, past))
      _2 = torch.append(outs, y)
    return torch.cat(outs, 0)
  # The experts of each token and what their outputs are multiplied by: chances of all, places of the highest, shares.
  def routed(self, x: Tensor, router: Tensor, top: int, normalized: bool) -> List[Tensor]:
    chances = torch.softmax((self).linear(x, router, ), -1)
    highest, places, = torch.topk(chances, top, -1, True, True)
    if normalized:
      shares = torch.div(highest, torch.sum(highest, [-1], True))
    else:
      shares = highest
    return [chances, places, shares]
  # The rows of x that go through an expert, and which of their shares is for it.
  def reached(self, places: Tensor, expert: int) -> List[Tensor]:
    hits = torch.nonzero(torch.eq(places, expert))
    return [torch.select(hits, 1, 0), torch.select(hits, 1, 1)]
  # w holds gate, up and down of every expert.
  def experts(self, x: Tensor, router: Tensor, w: List[Tensor], top: int, normalized: bool) -> Tensor:
    routed = (self).routed(x, router, top, normalized, )
    y = torch.zeros_like(x)
    for e in range(torch.floordiv(torch.len(w), 3)):
      at = (self).reached(routed[1], e, )
      own = torch.index_select(x, 0, at[0])
      a = torch.mul(torch.silu((self).linear(own, w[torch.mul(3, e)], )), (self).linear(own, w[torch.add(torch.mul(3, e), 1)], ))
      out = (self).linear(a, w[torch.add(torch.mul(3, e), 2)], )
      share = torch.index(routed[2], annotate(List[Optional[Tensor]], [at[0], at[1]]))
      y = torch.index_add(y, 0, at[0], torch.mul(out, torch.unsqueeze(share, 1)))
    return y
  # The gradients of x and of the router's product; then of each expert what went in, the gradients of its gate and up,
  # what went into down, the gradient of what came out, and which rows of x these are.
  def experts_back(self, dy: Tensor, x: Tensor, router: Tensor, w: List[Tensor], top: int, normalized: bool) -> List[Tensor]:
    routed = (self).routed(x, router, top, normalized, )
    dshares = torch.zeros_like(routed[2])
    dx = torch.zeros_like(x)
    parts = annotate(List[Tensor], [])
    for e in range(torch.floordiv(torch.len(w), 3)):
      gate = w[torch.mul(3, e)]
      up = w[torch.add(torch.mul(3, e), 1)]
      down = w[torch.add(torch.mul(3, e), 2)]
      at = (self).reached(routed[1], e, )
      own = torch.index_select(x, 0, at[0])
      g = (self).linear(own, gate, )
      u = (self).linear(own, up, )
      s = torch.silu(g)
      a = torch.mul(s, u)
      d = torch.index_select(dy, 0, at[0])
      place = annotate(List[Optional[Tensor]], [at[0], at[1]])
      _0 = torch.index_put_(dshares, place, torch.sum(torch.mul(d, (self).linear(a, down, )), [-1]))
      out = torch.mul(d, torch.unsqueeze(torch.index(routed[2], place), 1))
      da = (self).linear(out, torch.t(down), )
      du = torch.mul(da, s)
      dg = torch.silu_backward(torch.mul(da, u), g)
      _1 = torch.index_add_(dx, 0, at[0], torch.add_((self).linear(dg, torch.t(gate), ), (self).linear(du, torch.t(up), )))
      _2 = torch.append(parts, own)
      _3 = torch.append(parts, dg)
      _4 = torch.append(parts, du)
      _5 = torch.append(parts, a)
      _6 = torch.append(parts, out)
      _7 = torch.append(parts, at[0])
    highest = torch.gather(routed[0], 1, routed[1])
    if normalized:
      along = torch.sum(torch.mul(dshares, routed[2]), [-1], True)
      dhighest = torch.div(torch.sub(dshares, along), torch.sum(highest, [-1], True))
    else:
      dhighest = dshares
    dchances = torch.scatter(torch.zeros_like(routed[0]), 1, routed[1], dhighest)
    dlogits = torch._softmax_backward_data(dchances, routed[0], -1, 6)
    _8 = torch.add_(dx, (self).linear(dlogits, torch.t(router), ))
    return torch.add([dx, dlogits], parts)
  # What the first product of an expert becomes: gate and up, which alternate, bounded; sigmoid; and the activation.
  def bounded(self, h: Tensor, limit: float) -> List[Tensor]:
    pairs = torch.reshape(h, [torch.size(h, 0), torch.floordiv(torch.size(h, 1), 2), 2])
    g = torch.clamp(torch.select(pairs, 2, 0), None, limit)
    u = torch.add(torch.clamp(torch.select(pairs, 2, 1), torch.neg(limit), limit), 1.)
    soft = torch.sigmoid(torch.mul(g, 1.702))
    return [g, u, soft, torch.mul(u, torch.mul(g, soft))]
  def stacked_experts(self, x: Tensor, router: Tensor, bias: Tensor, gu: Tensor, gub: Tensor, down: Tensor, downb: Tensor, top: int, limit: float) -> Tensor:
    scores = torch.add((self).linear(x, router, ), bias)
    highest, places, = torch.topk(scores, top, -1, True, True)
    shares = torch.softmax(highest, -1)
    y = torch.zeros_like(x)
    for e in range(torch.size(gu, 0)):
      at = (self).reached(places, e, )
      h = torch.add((self).linear(torch.index_select(x, 0, at[0]), torch.t(torch.select(gu, 0, e)), ), torch.select(gub, 0, e))
      a = (self).bounded(h, limit, )
      out = torch.add((self).linear(a[3], torch.t(torch.select(down, 0, e)), ), torch.select(downb, 0, e))
      share = torch.index(shares, annotate(List[Optional[Tensor]], [at[0], at[1]]))
      y = torch.index_add(y, 0, at[0], torch.mul(out, torch.unsqueeze(share, 1)))
    return y
  # The gradients of x, of the router's scores and of the four stacks, and how many tokens went through each expert.
  def stacked_experts_back(self, dy: Tensor, x: Tensor, router: Tensor, bias: Tensor, gu: Tensor, gub: Tensor, down: Tensor, downb: Tensor, top: int, limit: float) -> List[Tensor]:
    scores = torch.add((self).linear(x, router, ), bias)
    highest, places, = torch.topk(scores, top, -1, True, True)
    shares = torch.softmax(highest, -1)
    dshares = torch.zeros_like(shares)
    dx = torch.zeros_like(x)
    dgu = torch.zeros_like(gu)
    dgub = torch.zeros_like(gub)
    ddown = torch.zeros_like(down)
    ddownb = torch.zeros_like(downb)
    for e in range(torch.size(gu, 0)):
      at = (self).reached(places, e, )
      own = torch.index_select(x, 0, at[0])
      h = torch.add((self).linear(own, torch.t(torch.select(gu, 0, e)), ), torch.select(gub, 0, e))
      a = (self).bounded(h, limit, )
      out = torch.add((self).linear(a[3], torch.t(torch.select(down, 0, e)), ), torch.select(downb, 0, e))
      d = torch.index_select(dy, 0, at[0])
      place = annotate(List[Optional[Tensor]], [at[0], at[1]])
      _0 = torch.index_put_(dshares, place, torch.sum(torch.mul(d, out), [-1]))
      dout = torch.mul(d, torch.unsqueeze(torch.index(shares, place), 1))
      _1 = torch.copy_(torch.select(ddown, 0, e), torch.mm(torch.t(a[3]), dout))
      _2 = torch.copy_(torch.select(ddownb, 0, e), torch.sum(dout, [0]))
      da = (self).linear(dout, torch.select(down, 0, e), )
      pairs = torch.reshape(h, [torch.size(h, 0), torch.floordiv(torch.size(h, 1), 2), 2])
      u = torch.select(pairs, 2, 1)
      du = torch.mul(torch.mul(da, torch.mul(a[0], a[2])), torch.le(torch.abs(u), limit))
      slope = torch.mul(torch.add(torch.mul(torch.mul(a[0], torch.rsub(a[2], 1.)), 1.702), 1.), a[2])
      dg = torch.mul(torch.mul(torch.mul(da, a[1]), slope), torch.le(torch.select(pairs, 2, 0), limit))
      dh = torch.reshape(torch.stack([dg, du], 2), [torch.size(h, 0), torch.size(h, 1)])
      _3 = torch.copy_(torch.select(dgu, 0, e), torch.mm(torch.t(own), dh))
      _4 = torch.copy_(torch.select(dgub, 0, e), torch.sum(dh, [0]))
      _5 = torch.index_add_(dx, 0, at[0], (self).linear(dh, torch.select(gu, 0, e), ))
    dhighest = torch._softmax_backward_data(dshares, shares, -1, 6)
    dscores = torch.scatter(torch.zeros_like(scores), 1, places, dhighest)
    _6 = torch.add_(dx, (self).linear(dscores, torch.t(router), ))
    return [dx, dscores, dgu, dgub, ddown, ddownb, torch.bincount(torch.flatten(places), None, torch.size(gu, 0))]
  # Turns pairs (i, i + part / 2) of the first `part` features of each head of width dim.
  def rotate(self, x: Tensor, cos: Tensor, sin: Tensor, dim: int, part: int) -> Tensor:
    heads = torch.reshape(x, [torch.size(x, 0), -1, dim])
    half = torch.floordiv(part, 2)
    first = torch.narrow(heads, -1, 0, half)
    second = torch.narrow(heads, -1, half, half)
    turned = torch.cat([torch.neg(second), first], -1)
    whole = torch.narrow(heads, -1, 0, part)
    y = torch.add(torch.mul(whole, cos), torch.mul(turned, sin))
    if torch.lt(part, dim):
      z = torch.cat([y, torch.narrow(heads, -1, part, torch.sub(dim, part))], -1)
    else:
      z = y
    return torch.reshape(z, [torch.size(x, 0), -1])
  def rotate_back(self, dy: Tensor, cos: Tensor, sin: Tensor, dim: int, part: int) -> Tensor:
    heads = torch.reshape(dy, [torch.size(dy, 0), -1, dim])
    half = torch.floordiv(part, 2)
    whole = torch.narrow(heads, -1, 0, part)
    turned = torch.mul(whole, sin)
    first = torch.narrow(turned, -1, 0, half)
    second = torch.narrow(turned, -1, half, half)
    dx = torch.add_(torch.mul(whole, cos), torch.cat([second, torch.neg(first)], -1))
    if torch.lt(part, dim):
      z = torch.cat([dx, torch.narrow(heads, -1, part, torch.sub(dim, part))], -1)
    else:
      z = dx
    return torch.reshape(z, [torch.size(dy, 0), -1])
  # n sequences of one length, as [n, kv heads, query heads a kv head, length, dim].
  def by_head(self, x: Tensor, n: int, kv: int, dim: int) -> Tensor:
    l = torch.floordiv(torch.size(x, 0), n)
    return torch.permute(torch.reshape(x, [n, l, kv, -1, dim]), [0, 2, 3, 1, 4])
  # Some tokens of it, as [n * kv heads, query heads a kv head * tokens, dim].
  def block(self, x: Tensor, start: int, end: int) -> Tensor:
    rows = torch.narrow(x, 3, start, torch.sub(end, start))
    return torch.reshape(rows, [torch.mul(torch.size(x, 0), torch.size(x, 1)), -1, torch.size(x, 4)])
  # What is added to the scores of queries start .. end - 1 for keys low .. end - 1: minus infinity where one is not seen.
  def unseen(self, q: Tensor, start: int, end: int, low: int, window: int) -> Tensor:
    shape = [torch.sub(end, start), torch.sub(end, low)]
    at = torch.sub(start, low)
    mask = torch.triu_(torch.new_full(q, shape, -inf), torch.add(at, 1))
    if torch.gt(window, 0):
      _0 = torch.add_(mask, torch.tril_(torch.new_full(q, shape, -inf), torch.sub(at, window)))
    return mask
  # The first key that a query at `start` sees.
  def low(self, start: int, window: int) -> int:
    if torch.gt(window, 0):
      low = ops.prim.max(torch.add(torch.sub(start, window), 1), 0)
    else:
      low = 0
    return low
  # tanh of the scores over the cap.
  def bent(self, q: Tensor, k: Tensor, scale: float, cap: float) -> Tensor:
    return torch.tanh_(torch.mul_(torch.bmm(q, torch.transpose(k, 1, 2)), torch.div(scale, cap)))
  def chances(self, q: Tensor, k: Tensor, start: int, end: int, low: int, scale: float, window: int, cap: float, sink: Optional[Tensor]) -> Tensor:
    rep = torch.floordiv(torch.size(q, 1), torch.sub(end, start))
    mask = torch.repeat((self).unseen(q, start, end, low, window, ), [rep, 1])
    if torch.gt(cap, 0.):
      scores = torch.add_(torch.mul((self).bent(q, k, scale, cap, ), cap), mask)
    else:
      scores = torch.baddbmm(mask, q, torch.transpose(k, 1, 2), beta=1, alpha=scale)
    if torch.__isnot__(sink, None):
      p = torch.softmax(torch.cat([scores, unchecked_cast(Tensor, sink)], -1), -1)
    else:
      p = torch.softmax(scores, -1)
    return p
  # The sinks of a block's queries, as a column of scores.
  def sink(self, sinks: Optional[Tensor], n: int, kv: int, tokens: int) -> Optional[Tensor]:
    if torch.__isnot__(sinks, None):
      each = torch.expand(torch.reshape(unchecked_cast(Tensor, sinks), [1, kv, -1, 1]), [n, -1, -1, tokens])
      column = annotate(Optional[Tensor], torch.reshape(each, [torch.mul(n, kv), -1, 1]))
    else:
      column = annotate(Optional[Tensor], None)
    return column
  # Causal attention of sequences laid end to end. groups: pairs, how many sequences of which length. Queries go in
  # blocks of 256, so scores never exist for a whole sequence.
  def attend(self, q: Tensor, k: Tensor, v: Tensor, groups: List[int], dim: int, scale: float, window: int, cap: float, sinks: Optional[Tensor]) -> Tensor:
    sizes = (self).sizes(groups, )
    qs = torch.split_with_sizes(q, sizes, 0)
    ks = torch.split_with_sizes(k, sizes, 0)
    vs = torch.split_with_sizes(v, sizes, 0)
    kv = torch.floordiv(torch.size(k, 1), dim)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      qi = (self).by_head(qs[i], n, kv, dim, )
      ki = (self).by_head(ks[i], n, kv, dim, )
      vi = (self).by_head(vs[i], n, kv, dim, )
      blocks = annotate(List[Tensor], [])
      for start in range(0, l, 256):
        end = ops.prim.min(torch.add(start, 256), l)
        low = (self).low(start, window, )
        qb = (self).block(qi, start, end, )
        column = (self).sink(sinks, n, kv, torch.sub(end, start), )
        p = (self).chances(qb, (self).block(ki, low, end, ), start, end, low, scale, window, cap, column, )
        o = torch.bmm(torch.narrow(p, 2, 0, torch.sub(end, low)), (self).block(vi, low, end, ))
        _0 = torch.append(blocks, torch.reshape(o, [n, kv, -1, torch.sub(end, start), dim]))
      _1 = torch.append(outs, (self).by_token(torch.cat(blocks, 3), ))
    return torch.cat(outs, 0)
  def attend_back(self, dy: Tensor, q: Tensor, k: Tensor, v: Tensor, groups: List[int], dim: int, scale: float, window: int, cap: float, sinks: Optional[Tensor]) -> List[Tensor]:
    sizes = (self).sizes(groups, )
    ds = torch.split_with_sizes(dy, sizes, 0)
    qs = torch.split_with_sizes(q, sizes, 0)
    ks = torch.split_with_sizes(k, sizes, 0)
    vs = torch.split_with_sizes(v, sizes, 0)
    kv = torch.floordiv(torch.size(k, 1), dim)
    dqs = annotate(List[Tensor], [])
    dks = annotate(List[Tensor], [])
    dvs = annotate(List[Tensor], [])
    dsinks = torch.new_full(q, [torch.floordiv(torch.size(q, 1), dim)], 0.)
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      di = (self).by_head(ds[i], n, kv, dim, )
      qi = (self).by_head(qs[i], n, kv, dim, )
      ki = (self).by_head(ks[i], n, kv, dim, )
      vi = (self).by_head(vs[i], n, kv, dim, )
      dk = torch.zeros_like((self).block(ki, 0, l, ))
      dv = torch.zeros_like((self).block(ki, 0, l, ))
      blocks = annotate(List[Tensor], [])
      for start in range(0, l, 256):
        end = ops.prim.min(torch.add(start, 256), l)
        low = (self).low(start, window, )
        seen = torch.sub(end, low)
        qb = (self).block(qi, start, end, )
        kb = (self).block(ki, low, end, )
        db = (self).block(di, start, end, )
        chances = (self).chances(qb, kb, start, end, low, scale, window, cap, (self).sink(sinks, n, kv, torch.sub(end, start), ), )
        p = torch.narrow(chances, 2, 0, seen)
        dp = torch.bmm(db, torch.transpose((self).block(vi, low, end, ), 1, 2))
        if torch.__isnot__(sinks, None):
          all = torch._softmax_backward_data(torch.constant_pad_nd(dp, [0, 1], 0.), chances, -1, 6)
          own = torch.reshape(torch.select(all, 2, seen), [n, kv, -1, torch.sub(end, start)])
          _8 = torch.add_(dsinks, torch.flatten(torch.sum(own, [0, 3])))
          s = torch.mul(torch.narrow(all, 2, 0, seen), scale)
        else:
          s = torch.mul_(torch._softmax_backward_data(dp, p, -1, 6), scale)
        if torch.gt(cap, 0.):
          bent = (self).bent(qb, kb, scale, cap, )
          _9 = torch.mul_(s, torch.rsub(torch.square_(bent), 1.))
        _0 = torch.add_(torch.narrow(dv, 1, low, seen), torch.bmm(torch.transpose(p, 1, 2), db))
        _1 = torch.add_(torch.narrow(dk, 1, low, seen), torch.bmm(torch.transpose(s, 1, 2), qb))
        _2 = torch.append(blocks, torch.reshape(torch.bmm(s, kb), [n, kv, -1, torch.sub(end, start), dim]))
      _3 = torch.append(dqs, (self).by_token(torch.cat(blocks, 3), ))
      _4 = torch.append(dks, (self).by_token(torch.reshape(dk, [n, kv, 1, l, dim]), ))
      _5 = torch.append(dvs, (self).by_token(torch.reshape(dv, [n, kv, 1, l, dim]), ))
    return [torch.cat(dqs, 0), torch.cat(dks, 0), torch.cat(dvs, 0), dsinks]
  # softmax(q k / sqrt(dim)) v for keys that a mask shows. q [.., heads, queries, dim], k and v [.., kv heads, keys, dim],
  # mask [.., 1, queries, keys] or none.
  def seen(self, q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], scale: float, cap: float, causal: bool, sinks: Optional[Tensor]) -> Tensor:
    if torch.__or__(torch.gt(cap, 0.), torch.__isnot__(sinks, None)):
      rep = torch.floordiv(torch.size(q, 1), torch.size(k, 1))
      kr = torch.repeat_interleave(k, rep, 1)
      vr = torch.repeat_interleave(v, rep, 1)
      products = torch.matmul(q, torch.transpose(kr, 2, 3))
      if torch.gt(cap, 0.):
        scores = torch.mul_(torch.tanh_(torch.mul_(products, torch.div(scale, cap))), cap)
      else:
        scores = torch.mul_(products, scale)
      if torch.__isnot__(mask, None):
        shown = unchecked_cast(Tensor, mask)
        _0 = torch.masked_fill_(scores, torch.logical_not(shown), -inf)
      if torch.__isnot__(sinks, None):
        column = torch.expand(torch.reshape(unchecked_cast(Tensor, sinks), [1, -1, 1, 1]), [torch.size(q, 0), -1, torch.size(q, 2), 1])
        chances = torch.narrow(torch.softmax(torch.cat([scores, column], -1), -1), -1, 0, torch.size(scores, -1))
      else:
        chances = torch.softmax(scores, -1)
      o = torch.matmul(chances, vr)
    else:
      o = torch.scaled_dot_product_attention(q, k, v, mask, 0., causal, scale=scale, enable_gqa=True)
    return o
  # Attention of new tokens of some sequences to all of theirs. keys and values [slots, kv heads, capacity, dim].
  def attend_cached(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, slots: List[int], starts: List[int], lengths: List[int], scale: float, window: int, cap: float, sinks: Optional[Tensor]) -> Tensor:
    qs = torch.split_with_sizes(q, lengths, 0)
    ks = torch.split_with_sizes(k, lengths, 0)
    vs = torch.split_with_sizes(v, lengths, 0)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(slots)):
      l = lengths[i]
      end = torch.add(starts[i], l)
      slot_keys = torch.select(keys, 0, slots[i])
      slot_values = torch.select(values, 0, slots[i])
      _0 = torch.copy_(torch.narrow(slot_keys, 1, starts[i], l), torch.transpose(ks[i], 0, 1))
      _1 = torch.copy_(torch.narrow(slot_values, 1, starts[i], l), torch.transpose(vs[i], 0, 1))
      qi = torch.unsqueeze(torch.transpose(qs[i], 0, 1), 0)
      ki = torch.unsqueeze(torch.narrow(slot_keys, 1, 0, end), 0)
      vi = torch.unsqueeze(torch.narrow(slot_values, 1, 0, end), 0)
      if torch.__or__(torch.__or__(torch.gt(window, 0), torch.gt(cap, 0.)), torch.__isnot__(sinks, None)):
        mask = torch.eq((self).unseen(qi, starts[i], end, 0, window, ), 0)
        o = (self).seen(qi, ki, vi, mask, scale, cap, False, sinks, )
      else:
        o = (self).seen(qi, ki, vi, None, scale, cap, torch.gt(l, 1), sinks, )
      _2 = torch.append(outs, torch.reshape(torch.transpose(torch.squeeze(o, 0), 0, 1), [l, -1]))
    return torch.cat(outs, 0)
  # As attend_cached where every sequence has one new token: all of them at once.
  def attend_next(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, slots: Tensor, starts: Tensor, scale: float, window: int, cap: float, sinks: Optional[Tensor]) -> Tensor:
    _0 = torch.index_put_(keys, annotate(List[Optional[Tensor]], [slots, None, starts]), k)
    _1 = torch.index_put_(values, annotate(List[Optional[Tensor]], [slots, None, starts]), v)
    end = torch.add(int(torch.max(starts)), 1)
    ks = torch.index_select(torch.narrow(keys, 2, 0, end), 0, slots)
    vs = torch.index_select(torch.narrow(values, 2, 0, end), 0, slots)
    positions = torch.unsqueeze(torch.arange(end, dtype=4, layout=None, device=None, pin_memory=None), 0)
    at = torch.unsqueeze(starts, 1)
    shown = torch.le(positions, at)
    if torch.gt(window, 0):
      _2 = torch.logical_and_(shown, torch.gt(positions, torch.sub(at, window)))
    mask = torch.unsqueeze(torch.unsqueeze(shown, 1), 1)
    o = (self).seen(torch.unsqueeze(q, 2), ks, vs, mask, scale, cap, False, sinks, )
    return torch.reshape(o, [torch.size(q, 0), -1])
  def attend_in_cache(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor, dim: int, scale: float, window: int, cap: float, sinks: Optional[Tensor]) -> Tensor:
    tokens = torch.size(q, 0)
    qh = torch.reshape(q, [tokens, -1, dim])
    kh = torch.reshape(k, [tokens, -1, dim])
    vh = torch.reshape(v, [tokens, -1, dim])
    if torch.eq(tokens, torch.size(slots, 0)):
      y = (self).attend_next(qh, kh, vh, keys, values, slots, starts, scale, window, cap, sinks, )
    else:
      y = (self).attend_cached(qh, kh, vh, keys, values, (self).ints(slots, ), (self).ints(starts, ), (self).ints(lengths, ), scale, window, cap, sinks, )
    return y
  def rows(self, x: Tensor, index: Tensor) -> List[Tensor]:
    return [torch.index_select(x, 0, index)]
  def turned(self, x: Tensor) -> List[Tensor]:
    return [torch.t(x)]
  def over_tokens(self, dy: Tensor) -> List[Tensor]:
    return [torch.sum(dy, [0])]
  def spread(self, x: Tensor, index: Tensor, out: Tensor) -> List[Tensor]:
    return [torch.index_copy_(out, 0, index, x)]
  def weight_gradient(self, x: Tensor, dy: Tensor, out: Tensor) -> List[Tensor]:
    _0 = torch.copy_(out, (self).product(torch.t(dy), torch.t(x), ))
    return [out]
  def add_weight_gradient(self, x: Tensor, dy: Tensor, out: Tensor) -> List[Tensor]:
    _0 = torch.add_(out, (self).product(torch.t(dy), torch.t(x), ))
    return [out]
  def add_low_rank_gradients(self, x: Tensor, dy: Tensor, a: Tensor, b: Tensor, scale: Tensor, da: Tensor, db: Tensor) -> List[Tensor]:
    s = float(scale)
    _0 = torch.addmm_(da, torch.t(torch.mm(dy, b)), x, beta=1, alpha=s)
    _1 = torch.addmm_(db, torch.t(dy), torch.mm(x, torch.t(a)), beta=1, alpha=s)
    return [da, db]
  def add_low_rank(self, a: Tensor, b: Tensor, scale: Tensor, weight: List[Tensor]) -> List[Tensor]:
    return [torch.add_(weight[0], torch.mul_(torch.mm(b, a), scale))]
  def add_low_rank_turned(self, a: Tensor, b: Tensor, scale: Tensor, weight: List[Tensor]) -> List[Tensor]:
    return [torch.add_(weight[0], torch.mul_(torch.mm(torch.t(a), torch.t(b)), scale))]
