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
  def linear(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    if torch.eq(torch.numel(b), 0):
      y = torch.linear(x, w)
    else:
      y = torch.linear(x, w, b)
    return y
  def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = torch.floordiv(torch.size(x, -1), 2)
    first = torch.narrow(x, -1, 0, half)
    second = torch.narrow(x, -1, half, half)
    turned = torch.cat([torch.neg(second), first], -1)
    return torch.add(torch.mul(x, cos), torch.mul(turned, sin))
  def attend(self, q: Tensor, k: Tensor, v: Tensor, groups: List[int]) -> Tensor:
    sizes = annotate(List[int], [])
    pairs = torch.floordiv(torch.len(groups), 2)
    for i in range(pairs):
      _0 = torch.append(sizes, torch.mul(groups[torch.mul(2, i)], groups[torch.add(torch.mul(2, i), 1)]))
    qs = torch.split_with_sizes(q, sizes, 0)
    ks = torch.split_with_sizes(k, sizes, 0)
    vs = torch.split_with_sizes(v, sizes, 0)
    heads = torch.size(q, 1)
    kv = torch.size(k, 1)
    dim = torch.size(q, 2)
    outs = annotate(List[Tensor], [])
    for i in range(pairs):
      n = groups[torch.mul(2, i)]
      l = groups[torch.add(torch.mul(2, i), 1)]
      qi = torch.transpose(torch.reshape(qs[i], [n, l, heads, dim]), 1, 2)
      ki = torch.transpose(torch.reshape(ks[i], [n, l, kv, dim]), 1, 2)
      vi = torch.transpose(torch.reshape(vs[i], [n, l, kv, dim]), 1, 2)
      o = torch.scaled_dot_product_attention(qi, ki, vi, None, 0., True, scale=None, enable_gqa=True)
      _1 = torch.append(outs, torch.reshape(torch.transpose(o, 1, 2), [sizes[i], torch.mul(heads, dim)]))
    return torch.cat(outs, 0)
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
  def mlp(self, x: Tensor, w: List[Tensor]) -> List[Tensor]:
    x2 = torch.rms_norm(x, [torch.size(x, -1)], w[8], $EPS)
    gate = (self).linear(x2, w[9], w[10], )
    up = (self).linear(x2, w[11], w[12], )
    act = torch.mul(torch.silu(gate), up)
    down = (self).linear(act, w[13], w[14], )
    return [x2, gate, up, act, down]
  def parts(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:
    tokens = torch.size(x, 0)
    x1 = torch.rms_norm(x, [torch.size(x, -1)], w[0], $EPS)
    q = (self).linear(x1, w[1], w[2], )
    k = (self).linear(x1, w[3], w[4], )
    v = (self).linear(x1, w[5], w[6], )
    qr = (self).rotate(torch.reshape(q, [tokens, -1, $DIM]), cos, sin, )
    kr = (self).rotate(torch.reshape(k, [tokens, -1, $DIM]), cos, sin, )
    att = (self).attend(qr, kr, torch.reshape(v, [tokens, -1, $DIM]), (self).ints(groups, ), )
    o = (self).linear(att, w[7], w[15], )
    h = torch.add(x, o)
    m = (self).mlp(h, w, )
    return [torch.add(h, m[4]), x1, q, k, v, att, o, m[0], m[1], m[2], m[3], m[4]]
  def layer(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:
    return [((self).parts(x, w, cos, sin, groups, ))[0]]
  def tapped_layer(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:
    parts = (self).parts(x, w, cos, sin, groups, )
    for y in [parts[2], parts[3], parts[4], parts[6], parts[8], parts[9], parts[11]]:
      torch.retain_grad(y)
    return parts
  def layer_cached(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, keys: Tensor, values: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor) -> List[Tensor]:
    tokens = torch.size(x, 0)
    x1 = torch.rms_norm(x, [torch.size(x, -1)], w[0], $EPS)
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
    h = torch.add(x, (self).linear(att, w[7], w[15], ))
    m = (self).mlp(h, w, )
    return [torch.add(h, m[4])]
  def rows(self, x: Tensor, index: Tensor) -> List[Tensor]:
    return [torch.index_select(x, 0, index)]
  def contiguous(self, x: Tensor) -> List[Tensor]:
    return [torch.contiguous(x)]
  def spread(self, x: Tensor, index: Tensor, out: Tensor) -> List[Tensor]:
    return [torch.index_copy_(out, 0, index, x)]
  def logits(self, h: Tensor, norm: Tensor, head: Tensor) -> List[Tensor]:
    return [torch.linear(torch.rms_norm(h, [torch.size(h, -1)], norm, $EPS), head)]
  def losses(self, h: Tensor, norm: Tensor, head: Tensor, labels: Tensor) -> List[Tensor]:
    logits = torch.linear(torch.rms_norm(h, [torch.size(h, -1)], norm, $EPS), head)
    return [torch.cross_entropy_loss(logits, labels, None, 0, -100, 0.)]
  def weight_gradient(self, x: Tensor, dy: Tensor, out: Tensor) -> List[Tensor]:
    _0 = torch.addmm_(out, torch.t(dy), x, beta=0, alpha=1)
    return [out]
  def add_weight_gradient(self, x: Tensor, dy: Tensor, out: Tensor) -> List[Tensor]:
    _0 = torch.addmm_(out, torch.t(dy), x, beta=1, alpha=1)
    return [out]
