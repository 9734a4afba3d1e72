"""Writes language.json and the folders tiny-gpt2, tiny-distilbert: random models in Hugging Face's format, and
what `transformers` makes of awkward texts by them; and two layers as PyTorch computes them.

    pip install torch transformers && python Tests/Reference/language_reference.py
"""

import json
import math
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn
from transformers import (DistilBertConfig, DistilBertForSequenceClassification,
                          DistilBertTokenizerFast, GPT2Config, GPT2LMHeadModel, GPT2TokenizerFast)

folder = pathlib.Path(__file__).parent
torch.set_num_threads(1)
torch.manual_seed(1)

TEXTS = [
    "", " ", "Hello, world!", "  two  spaces\tand\ttabs \n\n\nlines\r\n end ",
    "don't I'll we've they're he'd it's I'M CAN'T 'tis",
    "naïve café — Ångström ﬁancée ŉ Straße İstanbul ΣΊΣΥΦΟΣ",
    "日本語のテキスト、漢字カタカナ 한국어 ไทย हिन्दी עברית العربية",
    "👩‍👩‍👧‍👦 🇩🇪 👍🏽 e\u0301 \u00e9 \ufeffBOM \u200bzero\u200dwidth",
    "1234 ½ ² Ⅳ ٣ 3.14e-10 0x1F $1,000.00 50% C++ a_b @user #tag",
    "a\u00a0b\u2003c\u3000d\u2028e\u0085f\u000bg\u001ch\u0000i\u007fj\u00adk",
    "\U0001d400\U0001d504 \U00020000 \ue000 \ufffd",
    "end<|endoftext|>of text<|endoftext|>", "[CLS] [MASK] [SEP] token ##ing unaffable",
    "x" * 120, "(((a+b)*c)) ... !!! ¿qué? «quoted» „so“ “so” ‚so‘",
]


def numbers(tensor):
    """Single precision, in as few digits as name it."""
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def noise(model, scale=0.3):
    """Weights of a size at which every layer matters."""
    for name, weight in model.named_parameters():
        with torch.no_grad():
            weight.normal_(0, scale)
            if "norm" in name.lower() or ".ln_" in name:
                weight.add_(1 if name.endswith("weight") else 0)


def fresh(name):
    path = folder / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def tensors(model):
    return {name: weight.detach().clone().contiguous() for name, weight in model.state_dict().items()
            if not name.endswith((".attn.bias", ".attn.masked_bias", "lm_head.weight"))}


def gpt2():
    path = fresh("tiny-gpt2")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXTS * 3, trainers.BpeTrainer(
        vocab_size=320, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|endoftext|>"], show_progress=False))
    tokenizer.model.save(str(path))
    config = GPT2Config(vocab_size=tokenizer.get_vocab_size(), n_positions=48, n_embd=16, n_layer=2,
                        n_head=2, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0,
                        bos_token_id=0, eos_token_id=0)
    model = GPT2LMHeadModel(config).eval()
    noise(model)
    (path / "config.json").write_text(config.to_json_string())
    save_file(tensors(model), path / "model.safetensors", metadata={"format": "pt"})
    fast = GPT2TokenizerFast(str(path / "vocab.json"), str(path / "merges.txt"))
    ids = [fast(text)["input_ids"] for text in TEXTS]
    context = ids[4][:20]
    logits = model(torch.tensor([context])).logits[0]
    greedy = model.generate(torch.tensor([context]), max_new_tokens=12, do_sample=False,
                            pad_token_id=0)[0].tolist()
    return {"tokens": ids, "context": context, "greedy": greedy, "logits": numbers(logits[-1]),
            "first": numbers(logits[0])}


def distilbert():
    path = fresh("tiny-distilbert")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = ["hello", "world", "two", "space", "##s", "and", "tab", "line", "end", "don", "t", "##t",
              "cafe", "naive", "ang", "##strom", "stra", "##ß", "##e", "un", "##aff", "##able",
              "token", "##ing", "of", "text", "user", "tag", "so", "que", "quoted", "##text", "i",
              "##ll", "we", "ve", "they", "re", "he", "d", "it", "s", "σισυφος", "##word", "bom",
              "istanbul", "日", "本", "語", "한국", "##어", "👍", "1", "##2", "##3", "##4", "½",
              "!", ",", ".", "'", "-", "—", "(", ")", "+", "*", "$", "%", "#", "@", "_", "«", "»",
              "„", "“", "”", "‚", "‘", "¿", "?", "[", "]", "<", ">", "|", "endo", "##ft", "mask", "cl",
              "sep", "x", "##x", "a", "b", "c", "##b", "e", "f", "g", "\ufffd"]
    (path / "vocab.txt").write_text("\n".join(words + pieces) + "\n", encoding="utf-8")
    config = DistilBertConfig(vocab_size=len(words + pieces), max_position_embeddings=160, dim=16,
                              n_layers=2, n_heads=2, hidden_dim=24, dropout=0, attention_dropout=0,
                              seq_classif_dropout=0, id2label={0: "NEGATIVE", 1: "POSITIVE"},
                              label2id={"NEGATIVE": 0, "POSITIVE": 1})
    model = DistilBertForSequenceClassification(config).eval()
    noise(model)
    (path / "config.json").write_text(config.to_json_string())
    save_file(tensors(model), path / "model.safetensors", metadata={"format": "pt"})
    fast = DistilBertTokenizerFast(str(path / "vocab.txt"))
    ids = [fast(text)["input_ids"] for text in TEXTS]
    logits = [numbers(model(torch.tensor([i])).logits) for i in ids]
    return {"tokens": ids, "logits": logits}


def wave(count, part):
    """Numbers that look like noise, which both sides can make."""
    return torch.tensor([0.5 * math.sin(0.7 + 1.3 * i + 0.11 * i * i + part) for i in range(count)])


def layers():
    """Single-head attention over six places, and an encoder layer that normalizes last."""
    x = wave(2 * 6 * 8, 0).view(2, 6, 8).requires_grad_()
    weight, bias = wave(24 * 8, 1).view(24, 8), wave(24, 2)
    q, k, v = nn.functional.linear(x, weight, bias).split(8, 2)
    y = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(8), -1) @ v
    y.backward(wave(y.numel(), 3).view_as(y))
    attention = {"y": numbers(y), "dx": numbers(x.grad)}
    encoder = nn.TransformerEncoderLayer(8, 2, 12, dropout=0, batch_first=True)
    for part, (_, p) in enumerate(encoder.named_parameters()):
        with torch.no_grad():
            p.copy_(wave(p.numel(), part).view_as(p))
    x = wave(2 * 6 * 8, 20).view(2, 6, 8).requires_grad_()
    y = encoder(x)
    y.backward(wave(y.numel(), 21).view_as(y))
    names = [name for name, _ in encoder.named_parameters()]
    return {"attention": attention,
            "encoder": {"names": names, "y": numbers(y), "dx": numbers(x.grad),
                        "gradients": [numbers(p.grad) for p in encoder.parameters()]}}


reference = {"texts": TEXTS, "gpt2": gpt2(), "distilbert": distilbert(), "layers": layers()}
(folder / "language.json").write_text(json.dumps(reference, ensure_ascii=True) + "\n")
