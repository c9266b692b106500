class Ops(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def embed(self, ids: Tensor, table: Tensor) -> List[Tensor]:
    return [torch.embedding(table, ids)]
  def ints(self, x: Tensor) -> List[int]:
    values = annotate(List[int], [])
    for i in range(torch.size(x, 0)):
      _0 = torch.append(values, int(torch.select(x, 0, i)))
    return values
  def product(self, a: Tensor, b: Tensor) -> Tensor:
    return $PRODUCT
  def linear(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    if torch.lt(torch.size(x, 0), 16):
      y = torch.linear(x, w)
    else:
      y = (self).product(x, w, )
    if torch.ne(torch.numel(b), 0):
      _0 = torch.add_(y, b)
    return y
  def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = torch.floordiv(torch.size(x, -1), 2)
    first = torch.narrow(x, -1, 0, half)
    second = torch.narrow(x, -1, half, half)
    turned = torch.cat([torch.neg(second), first], -1)
    return torch.add(torch.mul(x, cos), torch.mul(turned, sin))
  def by_head(self, x: Tensor, n: int, kv: int) -> Tensor:
    l = torch.floordiv(torch.size(x, 0), n)
    return torch.permute(torch.reshape(x, [n, l, kv, -1, $DIM]), [0, 2, 3, 1, 4])
  def by_token(self, x: Tensor) -> Tensor:
    l = torch.size(x, 3)
    return torch.reshape(torch.permute(x, [0, 3, 1, 2, 4]), [torch.mul(torch.size(x, 0), l), -1])
  def block(self, x: Tensor, start: int, end: int) -> Tensor:
    rows = torch.narrow(x, 3, start, torch.sub(end, start))
    return torch.reshape(rows, [torch.mul(torch.size(x, 0), torch.size(x, 1)), -1, $DIM])
  def chances(self, q: Tensor, k: Tensor, start: int, end: int) -> Tensor:
    rep = torch.floordiv(torch.size(q, 1), torch.sub(end, start))
    hidden = torch.new_full(q, [torch.sub(end, start), end], -inf)
    mask = torch.repeat(torch.triu_(hidden, torch.add(start, 1)), [rep, 1])
    scores = torch.baddbmm(mask, q, torch.transpose(k, 1, 2), beta=1, alpha=$SCALE)
    return torch.softmax(scores, -1)
  def sizes(self, groups: List[int]) -> List[int]:
    sizes = annotate(List[int], [])
    for i in range(torch.floordiv(torch.len(groups), 2)):
      _0 = torch.append(sizes, torch.mul(groups[torch.mul(2, i)], groups[torch.add(torch.mul(2, i), 1)]))
    return sizes
  def attend(self, q: Tensor, k: Tensor, v: Tensor, groups: List[int]) -> Tensor:
    sizes = (self).sizes(groups, )
    qs = torch.split_with_sizes(q, sizes, 0)
    ks = torch.split_with_sizes(k, sizes, 0)
    vs = torch.split_with_sizes(v, sizes, 0)
    kv = torch.size(k, 1)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      qi = (self).by_head(qs[i], n, kv, )
      ki = (self).by_head(ks[i], n, kv, )
      vi = (self).by_head(vs[i], n, kv, )
      blocks = annotate(List[Tensor], [])
      for start in range(0, l, 256):
        end = ops.prim.min(torch.add(start, 256), l)
        qb = (self).block(qi, start, end, )
        p = (self).chances(qb, (self).block(ki, 0, end, ), start, end, )
        o = torch.bmm(p, (self).block(vi, 0, end, ))
        _0 = torch.append(blocks, torch.reshape(o, [n, kv, -1, torch.sub(end, start), $DIM]))
      _1 = torch.append(outs, (self).by_token(torch.cat(blocks, 3), ))
    return torch.cat(outs, 0)
  def attend_back(self, dy: Tensor, q: Tensor, k: Tensor, v: Tensor, groups: List[int]) -> List[Tensor]:
    sizes = (self).sizes(groups, )
    ds = torch.split_with_sizes(dy, sizes, 0)
    qs = torch.split_with_sizes(q, sizes, 0)
    ks = torch.split_with_sizes(k, sizes, 0)
    vs = torch.split_with_sizes(v, sizes, 0)
    kv = torch.size(k, 1)
    dqs = annotate(List[Tensor], [])
    dks = annotate(List[Tensor], [])
    dvs = annotate(List[Tensor], [])
    for i in range(torch.len(sizes)):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      di = (self).by_head(ds[i], n, kv, )
      qi = (self).by_head(qs[i], n, kv, )
      ki = (self).by_head(ks[i], n, kv, )
      vi = (self).by_head(vs[i], n, kv, )
      dk = torch.zeros_like((self).block(ki, 0, l, ))
      dv = torch.zeros_like((self).block(ki, 0, l, ))
      blocks = annotate(List[Tensor], [])
      for start in range(0, l, 256):
        end = ops.prim.min(torch.add(start, 256), l)
        qb = (self).block(qi, start, end, )
        kb = (self).block(ki, 0, end, )
        db = (self).block(di, start, end, )
        p = (self).chances(qb, kb, start, end, )
        dp = torch.bmm(db, torch.transpose((self).block(vi, 0, end, ), 1, 2))
        s = torch.mul_(torch._softmax_backward_data(dp, p, -1, 6), $SCALE)
        _0 = torch.add_(torch.narrow(dv, 1, 0, end), torch.bmm(torch.transpose(p, 1, 2), db))
        _1 = torch.add_(torch.narrow(dk, 1, 0, end), torch.bmm(torch.transpose(s, 1, 2), qb))
        _2 = torch.append(blocks, torch.reshape(torch.bmm(s, kb), [n, kv, -1, torch.sub(end, start), $DIM]))
      _3 = torch.append(dqs, (self).by_token(torch.cat(blocks, 3), ))
      _4 = torch.append(dks, (self).by_token(torch.reshape(dk, [n, kv, 1, l, $DIM]), ))
      _5 = torch.append(dvs, (self).by_token(torch.reshape(dv, [n, kv, 1, l, $DIM]), ))
    return [torch.cat(dqs, 0), torch.cat(dks, 0), torch.cat(dvs, 0)]
  def attend_cached(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, slots: List[int], starts: List[int], lengths: List[int]) -> Tensor:
    heads = torch.size(q, 1)
    kv = torch.size(k, 1)
    dim = torch.size(q, 2)
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
      o = torch.scaled_dot_product_attention(qi, ki, vi, None, 0., torch.gt(l, 1), scale=None, enable_gqa=True)
      _2 = torch.append(outs, torch.reshape(torch.transpose(torch.squeeze(o, 0), 0, 1), [l, torch.mul(heads, dim)]))
    return torch.cat(outs, 0)
  def attend_next(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, slots: Tensor, starts: Tensor) -> Tensor:
    _0 = torch.index_put_(keys, annotate(List[Optional[Tensor]], [slots, None, starts]), k)
    _1 = torch.index_put_(values, annotate(List[Optional[Tensor]], [slots, None, starts]), v)
    end = torch.add(int(torch.max(starts)), 1)
    ks = torch.index_select(torch.narrow(keys, 2, 0, end), 0, slots)
    vs = torch.index_select(torch.narrow(values, 2, 0, end), 0, slots)
    positions = torch.arange(end, dtype=4, layout=None, device=None, pin_memory=None)
    seen = torch.le(torch.unsqueeze(positions, 0), torch.unsqueeze(starts, 1))
    mask = torch.unsqueeze(torch.unsqueeze(seen, 1), 1)
    o = torch.scaled_dot_product_attention(torch.unsqueeze(q, 2), ks, vs, mask, 0., False, scale=None, enable_gqa=True)
    return torch.reshape(o, [torch.size(q, 0), -1])
  def norm(self, x: Tensor, w: Tensor) -> Tensor:
    return torch.rms_norm(x, [torch.size(x, -1)], w, $EPS)
  def norm_back(self, dy: Tensor, x: Tensor, w: Tensor) -> List[Tensor]:
    r = torch.rsqrt_(torch.add_(torch.mean(torch.square(x), [-1], True), $EPS))
    unit = torch.mul(x, r)
    along = torch.mul(dy, unit)
    dw = torch.sum(along, [0])
    share = torch.div_(torch.unsqueeze(torch.mv(along, w), 1), torch.size(x, -1))
    dx = torch.sub_(torch.mul(dy, w), torch.mul_(unit, share))
    return [torch.mul_(dx, r), dw]
  def rotate_back(self, dy: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = torch.floordiv(torch.size(dy, -1), 2)
    turned = torch.mul(dy, sin)
    first = torch.narrow(turned, -1, 0, half)
    second = torch.narrow(turned, -1, half, half)
    return torch.add_(torch.mul(dy, cos), torch.cat([second, torch.neg(first)], -1))
  def columns(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    y = (self).product(w, x, )
    if torch.ne(torch.numel(b), 0):
      _0 = torch.add_(y, torch.unsqueeze(b, 1))
    return y
  def residual(self, x: Tensor, y: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.add_((self).linear(y, w, b, ), x)
  def inner(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:
    tokens = torch.size(x, 0)
    x1 = (self).norm(x, w[0], )
    q = torch.reshape((self).linear(x1, w[1], w[2], ), [tokens, -1, $DIM])
    k = torch.reshape((self).linear(x1, w[3], w[4], ), [tokens, -1, $DIM])
    v = torch.reshape((self).linear(x1, w[5], w[6], ), [tokens, -1, $DIM])
    qr = (self).rotate(q, cos, sin, )
    kr = (self).rotate(k, cos, sin, )
    att = (self).attend(qr, kr, v, (self).ints(groups, ), )
    h = (self).residual(x, att, w[7], w[15], )
    x2 = (self).norm(h, w[8], )
    gate = (self).columns(x2, w[9], w[10], )
    up = (self).columns(x2, w[11], w[12], )
    return [qr, kr, v, att, h, gate, up]
  def outer(self, s: List[Tensor], w: List[Tensor]) -> Tensor:
    act = torch.mul_(torch.silu(s[5]), s[6])
    return (self).residual(s[4], torch.t(act), w[13], w[14], )
  def layer(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:
    return [(self).outer((self).inner(x, w, cos, sin, groups, ), w, )]
  def layer_kept(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:
    s = (self).inner(x, w, cos, sin, groups, )
    return torch.add(s, [(self).outer(s, w, )])
  def layer_back(self, dy: Tensor, x: Tensor, s: List[Tensor], w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:
    soft = torch.silu(s[5])
    act = torch.mul(soft, s[6])
    dact = (self).product(torch.t(w[13]), dy, )
    dup = torch.mul_(soft, dact)
    dgate = torch.silu_backward(torch.mul_(dact, s[6]), s[5])
    dx2 = torch.add_((self).product(torch.t(dgate), torch.t(w[9]), ), (self).product(torch.t(dup), torch.t(w[11]), ))
    n2 = (self).norm_back(dx2, s[4], w[8], )
    dh = torch.add_(n2[0], dy)
    datt = (self).product(dh, torch.t(w[7]), )
    d = (self).attend_back(datt, s[0], s[1], s[2], (self).ints(groups, ), )
    dq = torch.reshape((self).rotate_back(torch.view_as(d[0], s[0]), cos, sin, ), [torch.size(x, 0), -1])
    dk = torch.reshape((self).rotate_back(torch.view_as(d[1], s[1]), cos, sin, ), [torch.size(x, 0), -1])
    dx1 = (self).product(dq, torch.t(w[1]), )
    _0 = torch.add_(dx1, (self).product(dk, torch.t(w[3]), ))
    _1 = torch.add_(dx1, (self).product(d[2], torch.t(w[5]), ))
    n1 = (self).norm_back(dx1, x, w[0], )
    x1 = (self).norm(x, w[0], )
    x2 = (self).norm(s[4], w[8], )
    return [torch.add_(n1[0], dh), x1, dq, dk, d[2], dh, x2, dgate, dup, act, n1[1], n2[1]]
  def layer_cached(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, keys: Tensor, values: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor) -> List[Tensor]:
    tokens = torch.size(x, 0)
    x1 = (self).norm(x, w[0], )
    q = (self).linear(x1, w[1], w[2], )
    k = (self).linear(x1, w[3], w[4], )
    v = (self).linear(x1, w[5], w[6], )
    qr = (self).rotate(torch.reshape(q, [tokens, -1, $DIM]), cos, sin, )
    kr = (self).rotate(torch.reshape(k, [tokens, -1, $DIM]), cos, sin, )
    vr = torch.reshape(v, [tokens, -1, $DIM])
    if torch.eq(tokens, torch.size(slots, 0)):
      att = (self).attend_next(qr, kr, vr, keys, values, slots, starts, )
    else:
      att = (self).attend_cached(qr, kr, vr, keys, values, (self).ints(slots, ), (self).ints(starts, ), (self).ints(lengths, ), )
    h = (self).residual(x, att, w[7], w[15], )
    x2 = (self).norm(h, w[8], )
    act = torch.mul_(torch.silu((self).linear(x2, w[9], w[10], )), (self).linear(x2, w[11], w[12], ))
    return [(self).residual(h, act, w[13], w[14], )]
  def rows(self, x: Tensor, index: Tensor) -> List[Tensor]:
    return [torch.index_select(x, 0, index)]
  def turned(self, x: Tensor) -> List[Tensor]:
    return [torch.t(x)]
  def over_tokens(self, dy: Tensor) -> List[Tensor]:
    return [torch.sum(dy, [0])]
  def embedding_gradient(self, dy: Tensor, ids: Tensor, table: Tensor) -> List[Tensor]:
    return [torch.embedding_dense_backward(dy, ids, torch.size(table, 0), -1, False)]
  def spread(self, x: Tensor, index: Tensor, out: Tensor) -> List[Tensor]:
    return [torch.index_copy_(out, 0, index, x)]
  def logits(self, h: Tensor, norm: Tensor, head: Tensor) -> List[Tensor]:
    return [(self).product((self).norm(h, norm, ), head, )]
  def losses(self, h: Tensor, norm: Tensor, head: Tensor, labels: Tensor) -> List[Tensor]:
    logits = (self).product((self).norm(h, norm, ), head, )
    return [torch.cross_entropy_loss(logits, labels, None, 0, -100, 0.)]
  def head_back(self, h: Tensor, norm: Tensor, head: Tensor, labels: Tensor, weights: Tensor) -> List[Tensor]:
    n = (self).norm(h, norm, )
    d = torch.log_softmax((self).product(n, head, ), 1)
    at = torch.unsqueeze(labels, 1)
    losses = torch.neg(torch.squeeze(torch.gather(d, 1, at), 1))
    _0 = torch.exp_(d)
    _1 = torch.scatter_add_(d, 1, at, torch.new_full(d, [torch.size(d, 0), 1], -1.))
    _2 = torch.mul_(d, torch.unsqueeze(weights, 1))
    back = (self).norm_back((self).product(d, torch.t(head), ), h, norm, )
    return [losses, back[0], n, d, back[1]]
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
