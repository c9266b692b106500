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
  # The product, and then SiLU, or times c, or plus c.
  def product_silu(self, a: Tensor, b: Tensor) -> Tensor:
    return $SILU
  def product_times(self, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return $TIMES
  def product_plus(self, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return $PLUS
  # A matrix as a product reads it, for many products.
  def packed(self, w: Tensor) -> List[Tensor]:
    return [$PACKED]
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
    if torch.__and__(torch.lt(torch.size(x, 0), 16), torch.__not__(ops.prim.is_mkldnn(w))):
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
    begins = (self).ints(starts, )
    past = torch.sub(torch.size(w, 2), 1)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(some)):
      last = torch.select(before, 0, some[i])
      if torch.eq(begins[i], 0):
        _2 = torch.zero_(last)
      _0 = torch.masked_fill_(last, torch.eq(torch.select(starts, 0, i), 0), 0)
      all = torch.cat([last, xs[i]], 0)
      l = added[i]
      y = torch.mul(xs[i], torch.select(torch.select(w, 1, 0), 1, past))
      for j in range(1, torch.add(past, 1), 1):
        column = torch.select(torch.select(w, 1, 0), 1, torch.sub(past, j))
        _1 = torch.add_(y, torch.mul(torch.narrow(all, 0, torch.sub(past, j), l), column))
      _2 = torch.copy_(last, torch.narrow(all, 0, l, past))
      _3 = torch.append(outs, y)
    return torch.cat(outs, 0)
  # x over its length.
  def unit(self, x: Tensor) -> Tensor:
    return torch.mul(x, torch.rsqrt(torch.add(torch.sum(torch.square(x), [-1], True), 1e-06)))
  def unit_back(self, dy: Tensor, x: Tensor) -> Tensor:
    r = torch.rsqrt(torch.add(torch.sum(torch.square(x), [-1], True), 1e-06))
    y = torch.mul(x, r)
    return torch.mul(torch.sub(dy, torch.mul(y, torch.sum(torch.mul(dy, y), [-1], True))), r)
  # n sequences of one length, [n * length, heads * dim], as [n * heads * times, length, dim], each head so many times.
  def spread_heads(self, x: Tensor, n: int, heads: int, times: int) -> Tensor:
    l = torch.floordiv(torch.size(x, 0), n)
    split = torch.permute(torch.reshape(x, [n, l, heads, -1]), [0, 2, 1, 3])
    return torch.reshape(torch.repeat_interleave(split, times, 1), [torch.mul(torch.mul(n, heads), times), l, -1])
  def spread_heads_back(self, dy: Tensor, n: int, heads: int, times: int) -> Tensor:
    l = torch.size(dy, 1)
    summed = torch.sum(torch.reshape(dy, [n, heads, times, l, -1]), [2])
    return torch.reshape(torch.permute(summed, [0, 2, 1, 3]), [torch.mul(n, l), -1])
  # What the gated delta rule works with, by head: queries, keys, values, and as [.., length] how much of a value is
  # written and the logarithm of what is left of the state.
  def delta_parts(self, qkv: Tensor, write: Tensor, decay: Tensor, rates: Tensor, bias: Tensor, n: int, key_heads: int, key_dim: int) -> List[Tensor]:
    heads = torch.size(rates, 0)
    times = torch.floordiv(heads, key_heads)
    width = torch.mul(key_heads, key_dim)
    parts = torch.split_with_sizes(qkv, [width, width, torch.sub(torch.size(qkv, 1), torch.mul(2, width))], 1)
    q = (self).unit((self).spread_heads(parts[0], n, key_heads, times, ), )
    k = (self).unit((self).spread_heads(parts[1], n, key_heads, times, ), )
    v = (self).spread_heads(parts[2], n, heads, 1, )
    w = torch.squeeze((self).spread_heads(torch.sigmoid(write), n, heads, 1, ), 2)
    left = torch.neg(torch.mul(torch.exp(rates), torch.softplus(torch.add(decay, bias), 1, 20)))
    g = torch.squeeze((self).spread_heads(left, n, heads, 1, ), 2)
    return [torch.mul(q, torch.pow(key_dim, -0.5)), k, v, w, g]
  # The inverses of matrices [n, size, size] with ones on the diagonal and nothing above it; what stands there is not
  # read. Blocks on the diagonal are inverted by those of half their size, from single elements on.
  def unit_lower_inverse(self, a: Tensor) -> Tensor:
    n = torch.size(a, 0)
    size = torch.size(a, 1)
    whole = 1
    while torch.lt(whole, size):
      whole = torch.mul(whole, 2)
    more = torch.sub(whole, size)
    padded = torch.constant_pad_nd(a, [0, more, 0, more], 0)
    blocks = torch.new_ones(a, [n, whole, 1, 1])
    half = 1
    while torch.lt(half, whole):
      two = torch.mul(half, 2)
      count = torch.floordiv(whole, two)
      below = torch.diagonal(torch.reshape(padded, [n, count, two, count, two]), 0, 1, 3)
      below = torch.permute(torch.narrow(torch.narrow(below, 1, half, half), 2, 0, half), [0, 3, 1, 2])
      pairs = torch.reshape(blocks, [n, count, 2, half, half])
      first = torch.select(pairs, 2, 0)
      second = torch.select(pairs, 2, 1)
      joint = torch.neg(torch.matmul(torch.matmul(second, below), first))
      upper = torch.cat([first, torch.zeros_like(first)], 3)
      blocks = torch.cat([upper, torch.cat([joint, second], 3)], 2)
      half = two
    inverse = torch.reshape(blocks, [n, whole, whole])
    return torch.narrow(torch.narrow(inverse, 1, 0, size), 2, 0, size)
  # One token: the state decays, what it has for the key is replaced by a part of the value, and the query reads it.
  def delta_token(self, q: Tensor, k: Tensor, v: Tensor, w: Tensor, g: Tensor, state: Tensor) -> List[Tensor]:
    left = torch.mul(state, torch.unsqueeze(torch.exp(g), 2))
    fresh = torch.mul(torch.sub(v, torch.bmm(k, left)), torch.unsqueeze(w, 2))
    next = torch.add(left, torch.mul(torch.transpose(k, 1, 2), fresh))
    return [torch.bmm(q, next), next]
  # What does not depend on the state before a chunk: sums of decays, as F64, since their differences count; what is left from one token to another; left from
  # the start; the inverse of the system of what tokens replace of one another; its solutions for values and keys.
  def delta_system(self, k: Tensor, v: Tensor, w: Tensor, g: Tensor) -> List[Tensor]:
    sums = torch.cumsum(g, 1, dtype=7)
    differences = torch.to(torch.sub(torch.unsqueeze(sums, 2), torch.unsqueeze(sums, 1)), 6, False, False, None)
    pairs = torch.tril(torch.exp(torch.tril(differences)))
    grown = torch.unsqueeze(torch.exp(torch.to(sums, 6, False, False, None)), 2)
    much = torch.unsqueeze(w, 2)
    system = torch.mul(torch.mul(torch.bmm(k, torch.transpose(k, 1, 2)), much), pairs)
    right = torch.cat([torch.mul(v, much), torch.mul(torch.mul(k, much), grown)], 2)
    inverse = (self).unit_lower_inverse(system, )
    return [sums, pairs, grown, inverse, torch.bmm(inverse, right)]
  # What is left of each token behind the last.
  def delta_rest(self, sums: Tensor) -> Tensor:
    differences = torch.to(torch.sub(torch.narrow(sums, 1, -1, 1), sums), 6, False, False, None)
    return torch.unsqueeze(torch.exp(differences), 2)
  # Many tokens at once, as delta_token does them one by one.
  def delta_chunk(self, q: Tensor, k: Tensor, v: Tensor, w: Tensor, g: Tensor, state: Tensor) -> List[Tensor]:
    all = (self).delta_system(k, v, w, g, )
    fresh = (self).delta_fresh(all, state, )
    scores = torch.mul(torch.bmm(q, torch.transpose(k, 1, 2)), all[1])
    y = torch.add(torch.bmm(torch.mul(q, all[2]), state), torch.bmm(scores, fresh))
    return [y, (self).delta_next(all, k, fresh, state, )]
  # What a chunk's tokens write.
  def delta_fresh(self, all: List[Tensor], state: Tensor) -> Tensor:
    d = torch.size(state, 2)
    seen = torch.narrow(all[4], 2, d, torch.size(state, 1))
    return torch.sub(torch.narrow(all[4], 2, 0, d), torch.bmm(seen, state))
  # The state behind a chunk.
  def delta_next(self, all: List[Tensor], k: Tensor, fresh: Tensor, state: Tensor) -> Tensor:
    added = torch.bmm(torch.transpose(torch.mul(k, (self).delta_rest(all[0], )), 1, 2), fresh)
    return torch.add(torch.mul(state, torch.narrow(all[2], 1, -1, 1)), added)
  # The gradients of queries, keys, values, of what is written and left, and of the state before the chunk; ds is that of
  # the state behind it, all the chunk's system.
  def delta_chunk_back(self, dy: Tensor, ds: Tensor, part: List[Tensor], all: List[Tensor], fresh: Tensor, state: Tensor) -> List[Tensor]:
    q = part[0]
    k = part[1]
    v = part[2]
    w = part[3]
    d = torch.size(v, 2)
    pairs = all[1]
    grown = all[2]
    last = torch.narrow(grown, 1, -1, 1)
    much = torch.unsqueeze(w, 2)
    seen = torch.narrow(all[4], 2, d, torch.size(k, 2))
    products = torch.bmm(q, torch.transpose(k, 1, 2))
    rest = (self).delta_rest(all[0], )
    back = torch.transpose(state, 1, 2)
    dfresh = torch.add(torch.bmm(torch.transpose(torch.mul(products, pairs), 1, 2), dy), torch.bmm(torch.mul(k, rest), ds))
    dscores = torch.mul(torch.bmm(dy, torch.transpose(fresh, 1, 2)), pairs)
    dread = torch.bmm(dy, back)
    dq = torch.add(torch.bmm(dscores, k), torch.mul(dread, grown))
    dkept = torch.bmm(fresh, torch.transpose(ds, 1, 2))
    dk = torch.add(torch.bmm(torch.transpose(dscores, 1, 2), q), torch.mul(dkept, rest))
    dbefore = torch.add(torch.mul(ds, last), torch.bmm(torch.transpose(torch.mul(q, grown), 1, 2), dy))
    dstate = torch.sub(dbefore, torch.bmm(torch.transpose(seen, 1, 2), dfresh))
    dsolved = torch.cat([dfresh, torch.neg(torch.bmm(dfresh, back))], 2)
    dright = torch.bmm(torch.transpose(all[3], 1, 2), dsolved)
    dvalues = torch.narrow(dright, 2, 0, d)
    dkeys = torch.narrow(dright, 2, d, torch.size(k, 2))
    dsystem = torch.mul(torch.neg(torch.tril(torch.bmm(dright, torch.transpose(all[4], 1, 2)), -1)), pairs)
    squares = torch.bmm(k, torch.transpose(k, 1, 2))
    dsquares = torch.mul(dsystem, much)
    _0 = torch.add_(dk, torch.mul(torch.mul(dkeys, much), grown))
    _1 = torch.add_(dk, torch.bmm(torch.add(dsquares, torch.transpose(dsquares, 1, 2)), k))
    ofkeys = torch.mul(torch.sum(torch.mul(dkeys, k), [2]), torch.squeeze(grown, 2))
    dw = torch.add(torch.sum(torch.mul(dvalues, v), [2]), torch.add(ofkeys, torch.sum(torch.mul(dsystem, squares), [2])))
    dpairs = torch.add(torch.mul(dscores, products), torch.mul(dsquares, squares))
    dsums = torch.sub(torch.sum(dpairs, [2], False, dtype=7), torch.sum(dpairs, [1], False, dtype=7))
    ofread = torch.mul(torch.sum(torch.mul(dread, q), [2]), torch.squeeze(grown, 2))
    _2 = torch.add_(dsums, torch.add(ofread, torch.mul(ofkeys, w)))
    ofrest = torch.mul(torch.sum(torch.mul(dkept, k), [2]), torch.squeeze(rest, 2))
    _3 = torch.sub_(dsums, ofrest)
    oflast = torch.mul(torch.sum(torch.mul(state, ds), [1, 2]), torch.flatten(last))
    _4 = torch.add_(torch.select(dsums, 1, -1), torch.add(torch.sum(ofrest, [1]), oflast))
    dg = torch.to(torch.flip(torch.cumsum(torch.flip(dsums, [1]), 1), [1]), 6, False, False, None)
    return [dq, dk, torch.mul(dvalues, much), dw, dg, dstate]
  # All tokens of some sequences of one length, by head, in chunks of 64: what they read, and the states before each
  # chunk and behind the last.
  def delta_run(self, parts: List[Tensor], state: Tensor) -> List[Tensor]:
    l = torch.size(parts[0], 1)
    states = annotate(List[Tensor], [state])
    outs = annotate(List[Tensor], [])
    for start in range(0, l, 64):
      part = (self).delta_slice(parts, start, )
      if torch.eq(l, 1):
        y = (self).delta_token(part[0], part[1], part[2], part[3], part[4], states[-1], )
      else:
        y = (self).delta_chunk(part[0], part[1], part[2], part[3], part[4], states[-1], )
      _0 = torch.append(outs, y[0])
      _1 = torch.append(states, y[1])
    return torch.add([torch.cat(outs, 1)], states)
  def delta_slice(self, parts: List[Tensor], start: int) -> List[Tensor]:
    size = ops.prim.min(torch.sub(torch.size(parts[0], 1), start), 64)
    some = annotate(List[Tensor], [])
    for p in range(torch.len(parts)):
      _0 = torch.append(some, torch.narrow(parts[p], 1, start, size))
    return some
  # The gated delta rule over sequences laid end to end, whose states start with nothing.
  def delta(self, qkv: Tensor, write: Tensor, decay: Tensor, rates: Tensor, bias: Tensor, groups: List[int], key_heads: int, key_dim: int, dim: int) -> Tensor:
    sizes = (self).sizes(groups, )
    xs = torch.split_with_sizes(qkv, sizes, 0)
    ws = torch.split_with_sizes(write, sizes, 0)
    gs = torch.split_with_sizes(decay, sizes, 0)
    heads = torch.size(rates, 0)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      parts = (self).delta_parts(xs[i], ws[i], gs[i], rates, bias, n, key_heads, key_dim, )
      state = torch.new_zeros(qkv, [torch.mul(n, heads), key_dim, dim])
      run = (self).delta_run(parts, state, )
      _0 = torch.append(outs, (self).spread_heads_back(run[0], n, heads, 1, ))
    return torch.cat(outs, 0)
  # The gradients of qkv, of write and decay, of the rates and of the bias.
  def delta_back(self, dy: Tensor, qkv: Tensor, write: Tensor, decay: Tensor, rates: Tensor, bias: Tensor, groups: List[int], key_heads: int, key_dim: int, dim: int) -> List[Tensor]:
    sizes = (self).sizes(groups, )
    ds = torch.split_with_sizes(dy, sizes, 0)
    xs = torch.split_with_sizes(qkv, sizes, 0)
    ws = torch.split_with_sizes(write, sizes, 0)
    gs = torch.split_with_sizes(decay, sizes, 0)
    heads = torch.size(rates, 0)
    times = torch.floordiv(heads, key_heads)
    width = torch.mul(key_heads, key_dim)
    dxs = annotate(List[Tensor], [])
    dws = annotate(List[Tensor], [])
    dgs = annotate(List[Tensor], [])
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      parts = (self).delta_parts(xs[i], ws[i], gs[i], rates, bias, n, key_heads, key_dim, )
      dstate = torch.new_zeros(qkv, [torch.mul(n, heads), key_dim, dim])
      systems = annotate(List[List[Tensor]], [])
      news = annotate(List[Tensor], [])
      states = [dstate]
      for start in range(0, l, 64):
        part = (self).delta_slice(parts, start, )
        all = (self).delta_system(part[1], part[2], part[3], part[4], )
        fresh = (self).delta_fresh(all, states[-1], )
        _0 = torch.append(systems, all)
        _1 = torch.append(news, fresh)
        _2 = torch.append(states, (self).delta_next(all, part[1], fresh, states[-1], ))
      dout = (self).spread_heads(ds[i], n, heads, 1, )
      dparts = annotate(List[Tensor], [])
      for p in range(torch.len(parts)):
        _3 = torch.append(dparts, torch.empty_like(parts[p]))
      for c in range(torch.len(systems)):
        at = torch.sub(torch.sub(torch.len(systems), 1), c)
        start = torch.mul(at, 64)
        part = (self).delta_slice(parts, start, )
        dpart = (self).delta_slice(dparts, start, )
        d = torch.narrow(dout, 1, start, torch.size(part[0], 1))
        back = (self).delta_chunk_back(d, dstate, part, systems[at], news[at], states[at], )
        for p in range(torch.len(parts)):
          _4 = torch.copy_(dpart[p], back[p])
        dstate = back[5]
      split = torch.split_with_sizes(xs[i], [width, width, torch.mul(heads, dim)], 1)
      dq = (self).unit_back(torch.mul(dparts[0], torch.pow(key_dim, -0.5)), (self).spread_heads(split[0], n, key_heads, times, ), )
      dk = (self).unit_back(dparts[1], (self).spread_heads(split[1], n, key_heads, times, ), )
      dx = [(self).spread_heads_back(dq, n, key_heads, times, ), (self).spread_heads_back(dk, n, key_heads, times, ), (self).spread_heads_back(dparts[2], n, heads, 1, )]
      _5 = torch.append(dxs, torch.cat(dx, 1))
      _6 = torch.append(dws, (self).spread_heads_back(torch.unsqueeze(dparts[3], 2), n, heads, 1, ))
      _7 = torch.append(dgs, (self).spread_heads_back(torch.unsqueeze(dparts[4], 2), n, heads, 1, ))
    written = torch.sigmoid(write)
    dwrite = torch.sigmoid_backward(torch.cat(dws, 0), written)
    dleft = torch.mul(torch.cat(dgs, 0), torch.neg(torch.exp(rates)))
    biased = torch.add(decay, bias)
    ddecay = torch.softplus_backward(dleft, biased, 1, 20)
    drates = torch.sum(torch.mul(dleft, torch.softplus(biased, 1, 20)), [0])
    return [torch.cat(dxs, 0), dwrite, ddecay, drates, torch.sum(ddecay, [0])]
  # As delta for new tokens of some sequences, whose states [slots, heads, key dim, dim] go on from where they were.
  def delta_in_cache(self, qkv: Tensor, write: Tensor, decay: Tensor, rates: Tensor, bias: Tensor, states: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor, key_heads: int, key_dim: int, dim: int) -> Tensor:
    heads = torch.size(rates, 0)
    some = torch.size(slots, 0)
    fresh = torch.reshape(torch.eq(starts, 0), [-1, 1, 1, 1])
    before = torch.masked_fill(torch.index_select(states, 0, slots), fresh, 0)
    if torch.eq(torch.size(qkv, 0), some):
      groups = [some, 1]
    else:
      groups = annotate(List[int], [])
      added = (self).ints(lengths, )
      for s in range(some):
        _0 = torch.append(groups, 1)
        _1 = torch.append(groups, added[s])
    sizes = (self).sizes(groups, )
    xs = torch.split_with_sizes(qkv, sizes, 0)
    ws = torch.split_with_sizes(write, sizes, 0)
    gs = torch.split_with_sizes(decay, sizes, 0)
    outs = annotate(List[Tensor], [])
    ends = annotate(List[Tensor], [])
    at = 0
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      state = torch.reshape(torch.narrow(before, 0, at, n), [torch.mul(n, heads), key_dim, dim])
      parts = (self).delta_parts(xs[i], ws[i], gs[i], rates, bias, n, key_heads, key_dim, )
      run = (self).delta_run(parts, state, )
      _2 = torch.append(outs, (self).spread_heads_back(run[0], n, heads, 1, ))
      _3 = torch.append(ends, torch.reshape(run[-1], [n, heads, key_dim, dim]))
      at = torch.add(at, n)
    _4 = torch.index_copy_(states, 0, slots, torch.cat(ends, 0))
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
  # As by_head, with what all begin with before it.
  def begun(self, x: Tensor, start: Tensor, n: int, kv: int, dim: int) -> Tensor:
    own = (self).by_head(x, n, kv, dim, )
    if torch.gt(torch.size(start, 0), 0):
      y = torch.cat([torch.expand((self).by_head(start, 1, kv, dim, ), [n, -1, -1, -1, -1]), own], 3)
    else:
      y = own
    return y
  # Causal attention of sequences laid end to end. groups: pairs, how many sequences of which length. Queries go in blocks
  # of 256, so scores never exist for a whole sequence.
  def attend(self, q: Tensor, k: Tensor, v: Tensor, groups: List[int], dim: int, scale: float, window: int, cap: float, sinks: Optional[Tensor]) -> Tensor:
    none = torch.narrow(k, 0, 0, 0)
    return (self).attend_behind(q, k, v, none, none, groups, dim, scale, window, cap, sinks, )
  # As attend, of sequences without what all begin with, whose keys and values are those of the start.
  def attend_behind(self, q: Tensor, k: Tensor, v: Tensor, start_k: Tensor, start_v: Tensor, groups: List[int], dim: int, scale: float, window: int, cap: float, sinks: Optional[Tensor]) -> Tensor:
    before = torch.size(start_k, 0)
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
      ki = (self).begun(ks[i], start_k, n, kv, dim, )
      vi = (self).begun(vs[i], start_v, n, kv, dim, )
      blocks = annotate(List[Tensor], [])
      for start in range(0, l, 256):
        end = ops.prim.min(torch.add(start, 256), l)
        first = torch.add(start, before)
        last = torch.add(end, before)
        low = (self).low(first, window, )
        qb = (self).block(qi, start, end, )
        column = (self).sink(sinks, n, kv, torch.sub(end, start), )
        p = (self).chances(qb, (self).block(ki, low, last, ), first, last, low, scale, window, cap, column, )
        o = torch.bmm(torch.narrow(p, 2, 0, torch.sub(last, low)), (self).block(vi, low, last, ))
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
      behind = torch.__and__(torch.gt(starts[i], 0), torch.gt(l, 1))
      if torch.__or__(torch.__or__(behind, torch.gt(window, 0)), torch.__or__(torch.gt(cap, 0.), torch.__isnot__(sinks, None))):
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
    positions = torch.unsqueeze(torch.arange(end, dtype=4, layout=None, device=ops.prim.device(q), pin_memory=None), 0)
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
  # Between memory of the host and a device's.
  def copy(self, target: Tensor, source: Tensor) -> List[Tensor]:
    return [torch.copy_(target, source)]
  def zero(self, x: Tensor) -> List[Tensor]:
    return [torch.zero_(x)]
  # Copies what a cache has for the first of some slots to the others: of keys and values that of the first tokens.
  def share_tokens(self, cache: Tensor, slots: Tensor, tokens: Tensor) -> List[Tensor]:
    return (self).share(torch.narrow(cache, 2, 0, int(torch.select(tokens, 0, 0))), slots, )
  def share(self, cache: Tensor, slots: Tensor) -> List[Tensor]:
    others = torch.narrow(slots, 0, 1, torch.sub(torch.size(slots, 0), 1))
    first = torch.repeat_interleave(torch.index_select(cache, 0, torch.narrow(slots, 0, 0, 1)), torch.size(others, 0), 0)
    return [torch.index_copy_(cache, 0, others, first)]
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
  # Adds the second moments of some rows, F64.
  def add_second_moments(self, x: Tensor, rows: Tensor, sums: Tensor) -> List[Tensor]:
    some = torch.to(torch.index_select(x, 0, rows), 7, False, False, None)
    return [torch.addmm_(sums, torch.t(some), some)]
  # Eigenvalues, smallest first, and eigenvectors of a symmetric matrix, F64, of which the lower triangle is read.
  def eigen(self, x: Tensor) -> List[Tensor]:
    values, vectors = torch.linalg_eigh(x, "L")
    return [values, vectors]
  # L of C = L Lt, also where C is singular.
  def moment_factor(self, c: Tensor) -> List[Tensor]:
    values, vectors = torch.linalg_eigh(c, "L")
    return [torch.mul(vectors, torch.sqrt(torch.clamp_min(values, 0)))]
  # A weight [out, in] in F64.
  def doubled(self, w: Tensor) -> List[Tensor]:
    return [torch.to(w, 7, False, False, None)]
  def doubled_turned(self, w: Tensor) -> List[Tensor]:
    return [torch.contiguous(torch.to(torch.t(w), 7, False, False, None))]
  # Squares of the singular values of W X, smallest first, and directions of its outputs, by the moments C of X.
  def spectrum_by_out(self, w: Tensor, c: Tensor) -> List[Tensor]:
    return (self).eigen(torch.mm(torch.mm(w, c), torch.t(w)), )
  # The same by the factor L of C; the directions have other lengths than 1.
  def spectrum_by_in(self, w: Tensor, l: Tensor) -> List[Tensor]:
    y = torch.mm(w, l)
    values, vectors = torch.linalg_eigh(torch.mm(torch.t(y), y), "L")
    return [values, torch.mm(y, vectors)]
  # An orthonormal basis of the last columns.
  def leading(self, u: Tensor, count: Tensor) -> List[Tensor]:
    n = torch.size(u, 1)
    some = torch.slice(u, 1, torch.sub(n, (self).ints(count, )[0]), n)
    q, r = torch.linalg_qr(some, "reduced")
    return [q]
  # What two bases have in common, and B and A of (I - Pu) Ps W = B A.
  def carried(self, u: Tensor, s: Tensor, w: Tensor) -> List[Tensor]:
    common = torch.mm(torch.t(u), s)
    b = torch.sub(s, torch.mm(u, common))
    a = torch.mm(torch.t(s), w)
    change = torch.mm(torch.mm(torch.t(b), b), torch.mm(a, torch.t(a)))
    return [torch.sum(torch.square(common)), torch.contiguous(b), torch.contiguous(a), torch.sum(torch.diag(change)), torch.sum(torch.square(w))]
  # The same where the first has none.
  def carried_alone(self, s: Tensor, w: Tensor) -> List[Tensor]:
    return (self).carried(torch.mul(torch.slice(s, 1, 0, 1), 0.), s, w, )
  def squares(self, w: Tensor) -> List[Tensor]:
    return [torch.sum(torch.square(w))]
