"""A small BERT as an Ivy program writes it: embeddings, encoder layers, pooler, classifier."""

import keras_ivy as ivy


class BertEmbeddings(ivy.Module):
    """Words, positions and segments, added, normalised and thinned out."""

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        max_positions: int,
        type_vocab_size: int = 2,
        pad_token_id: int | None = None,
        dropout: float = 0.1,
        v=None,
    ):
        self.hidden_size = hidden_size
        self.max_positions = max_positions
        self.word_embeddings = ivy.Embedding(vocab_size, hidden_size, pad_token_id)
        self.token_type_embeddings = ivy.Embedding(type_vocab_size, hidden_size)
        self.LayerNorm = ivy.LayerNorm([hidden_size], eps=1e-12)
        self.dropout = ivy.Dropout(dropout)
        ivy.Module.__init__(
            self, v=v, buffers={"position_ids": ivy.expand_dims(ivy.arange(max_positions), axis=0)}
        )

    def _create_variables(self, device=None, dtype=None):
        init = ivy.RandomNormal(0.0, 0.02)
        shape = (self.max_positions, self.hidden_size)
        return {"position_embeddings": init.create_variables(shape, device=device, dtype=dtype)}

    def _forward(
        self,
        input_ids: ivy.Array,
        token_type_ids: ivy.Array | None = None,
        position_ids: ivy.Array | None = None,
    ) -> ivy.Array:
        length = input_ids.shape[1]
        if length > self.max_positions:
            raise ivy.utils.exceptions.IvyException(
                f"{length} tokens, but only {self.max_positions} positions"
            )
        token_type_ids = ivy.default(token_type_ids, ivy.zeros_like(input_ids))
        position_ids = ivy.default(position_ids, self.buffers["position_ids"][:, :length])
        positions = ivy.gather(self.v.position_embeddings, position_ids, axis=0)
        x = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        x = x + ivy.astype(positions, x.dtype)
        return self.dropout(self.LayerNorm(x))


class BertLayer(ivy.Module):
    """Self-attention and a perceptron, each with a shortcut and a normalisation after it."""

    def __init__(
        self, hidden_size: int, num_heads: int, intermediate_size: int, dropout: float = 0.1, v=None
    ):
        if hidden_size % num_heads:
            raise ivy.utils.exceptions.IvyException(
                f"{num_heads} heads do not divide {hidden_size} features"
            )
        self.attention = ivy.MultiHeadAttention(
            hidden_size, num_heads=num_heads, dropout_rate=dropout
        )
        self.attention_norm = ivy.LayerNorm([hidden_size], eps=1e-12)
        self.ffn = {
            "intermediate": ivy.Linear(hidden_size, intermediate_size),
            "output": ivy.Linear(intermediate_size, hidden_size),
        }
        self.output_norm = ivy.LayerNorm([hidden_size], eps=1e-12)
        self.dropout = ivy.Dropout(dropout)
        ivy.Module.__init__(self, v=v)

    def _forward(self, x: ivy.Array, attention_mask: ivy.Array | None = None) -> ivy.Array:
        attended = self.attention(x, attention_mask=attention_mask)
        x = self.attention_norm(x + self.dropout(attended))
        hidden = ivy.gelu(self.ffn["intermediate"](x))
        return self.output_norm(x + self.dropout(self.ffn["output"](hidden)))


class BertModel(ivy.Module):
    """Token numbers to a vector a token, and one for the whole sentence.

    Args:
        vocab_size: Number of different tokens.
        hidden_size: Size of the vectors.
        num_layers: Number of encoder layers.
        num_heads: Attention heads of each layer.
        intermediate_size: Hidden size of the perceptrons.
        max_positions: Longest sentence.
        pad_token_id: The token that fills sentences up; nothing attends to it.
        dropout: Probability of dropping a number, in training.
        v: Values for the variables.
    """

    def __init__(
        self,
        vocab_size: int = 20,
        hidden_size: int = 8,
        num_layers: int = 2,
        num_heads: int = 2,
        intermediate_size: int = 16,
        max_positions: int = 12,
        pad_token_id: int = 0,
        dropout: float = 0.1,
        v=None,
    ):
        self.num_heads = num_heads
        self.pad_token_id = pad_token_id
        self.embeddings = BertEmbeddings(
            vocab_size, hidden_size, max_positions, pad_token_id=pad_token_id, dropout=dropout
        )
        self.encoder = [
            BertLayer(hidden_size, num_heads, intermediate_size, dropout) for _ in range(num_layers)
        ]
        self.pooler = ivy.Sequential(ivy.Linear(hidden_size, hidden_size), ivy.Tanh())
        ivy.Module.__init__(self, v=v)

    def get_extended_attention_mask(self, attention_mask: ivy.Array) -> ivy.Array:
        """Return which query may not see which key, for every head, from one flag a token."""
        hidden = ivy.logical_not(ivy.astype(attention_mask, "bool"))
        length = attention_mask.shape[1]
        rows = ivy.repeat(ivy.expand_dims(hidden, axis=1), length, axis=1)
        return ivy.repeat(rows, self.num_heads, axis=0)

    def _forward(
        self,
        input_ids: ivy.Array,
        attention_mask: ivy.Array | None = None,
        token_type_ids: ivy.Array | None = None,
    ) -> tuple[ivy.Array, ivy.Array]:
        if not ivy.exists(attention_mask):
            attention_mask = ivy.not_equal(input_ids, self.pad_token_id)
        mask = self.get_extended_attention_mask(attention_mask)
        x = self.embeddings(input_ids, token_type_ids=token_type_ids)
        for layer in self.encoder:
            x = layer(x, attention_mask=mask)
        return x, self.pooler(x[:, 0])


class BertClassifier(ivy.Module):
    """Scores of a sentence, from the vector that `BertModel` gives for it."""

    def __init__(self, num_classes: int = 2, hidden_size: int = 8, dropout: float = 0.1, v=None):
        self.bert = BertModel(hidden_size=hidden_size, dropout=dropout)
        self.dropout = ivy.Dropout(dropout)
        self.classifier = ivy.Linear(hidden_size, num_classes)
        ivy.Module.__init__(self, v=v)

    def _forward(self, input_ids: ivy.Array, attention_mask: ivy.Array | None = None) -> ivy.Array:
        _, pooled = self.bert(input_ids, attention_mask=attention_mask)
        return self.classifier(self.dropout(pooled))
