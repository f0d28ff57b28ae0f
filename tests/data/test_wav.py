"""Wav files as they are met: every width, odd headers, and what is refused with its reason."""

import struct
from contextlib import suppress

import numpy as np
import pytest

from modelpick.data.media_files import BadFile
from modelpick.data.sounds.mel import log_mel, mel_filters, stretched
from modelpick.data.sounds.store import resampled
from modelpick.data.sounds.wav import read_wav

WAVE = np.array([0.0, 0.25, -0.5, 0.75, -1.0, 0.5], dtype=np.float64)


def fmt(tag=1, channels=1, rate=8000, bits=16, extra=b"", block=None):
    block = channels * bits // 8 if block is None else block
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits) + extra)


def chunk(name, data, size=None):
    return name + struct.pack("<I", len(data) if size is None else size) + data + b"\0" * (len(data) % 2)


def wav(*chunks, riff=b"RIFF", size=None):
    body = b"WAVE" + b"".join(chunks)
    return riff + struct.pack("<I", len(body) if size is None else size) + body


def pcm(bits, wave=WAVE):
    if bits == 8:
        return np.round(wave * 128 + 128).clip(0, 255).astype(np.uint8).tobytes()
    whole = np.round(wave * 2 ** (bits - 1)).clip(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1).astype("<i8")
    return b"".join(int(value).to_bytes(8, "little", signed=True)[: bits // 8] for value in whole)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_pcm_of_every_width(bits):
    samples, rate = read_wav(wav(fmt(bits=bits), chunk(b"data", pcm(bits))))
    assert (rate, samples.dtype) == (8000, np.float32)
    assert samples == pytest.approx(WAVE, abs=1.01 / 2 ** (bits - 1))


@pytest.mark.parametrize("bits", [32, 64])
def test_floats_stay_as_they_are(bits):
    data = WAVE.astype(f"<f{bits // 8}").tobytes()
    assert read_wav(wav(fmt(3, bits=bits, extra=b"\0\0"), chunk(b"data", data)))[0] == pytest.approx(WAVE)


def test_extensible_with_a_narrow_sample_in_a_wide_container():
    guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    extra = struct.pack("<HHI", 22, 20, 4) + guid
    samples, rate = read_wav(wav(fmt(0xFFFE, rate=96_000, bits=24, extra=extra), chunk(b"data", pcm(24))))
    assert rate == 96_000
    assert samples == pytest.approx(WAVE, abs=1e-6)


def test_channels_are_mixed_down():
    stereo = np.stack([WAVE, -WAVE / 2], axis=1).ravel()
    samples, _ = read_wav(wav(fmt(channels=2), chunk(b"data", pcm(16, stereo))))
    assert samples == pytest.approx(WAVE / 4, abs=1e-4)


@pytest.mark.parametrize(
    "data",
    [
        wav(chunk(b"LIST", b"INFOISFT\x03\0\0\0ab\0"), fmt(), chunk(b"fact", b"\6\0\0\0"), chunk(b"data", pcm(16))),
        wav(fmt(), chunk(b"data", pcm(16)), chunk(b"LIST", b"x" * 7)),
        wav(fmt(), chunk(b"data", pcm(16)), size=0),
        wav(fmt(), chunk(b"data", pcm(16), size=0)),
        wav(fmt(), chunk(b"data", pcm(16), size=0xFFFFFFFF), size=0xFFFFFFFF),
        wav(chunk(b"ds64", bytes(28)), fmt(), chunk(b"data", pcm(16), size=0xFFFFFFFF), riff=b"RF64"),
        wav(b"junk\x03\0\0\0abc", fmt(), chunk(b"data", pcm(16))),  # the byte that makes it even is missing
        wav(fmt(block=0), chunk(b"data", pcm(16))),
        wav(fmt(), chunk(b"data", pcm(16) + b"\x07")),
    ],
    ids=["chunks before", "chunk after", "no RIFF size", "no data size", "streamed", "RF64", "odd", "no block", "half"],
)
def test_odd_headers_are_read(data):
    assert read_wav(data)[0] == pytest.approx(WAVE, abs=1e-4)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"RIFF", "cut short"),
        (b"not a sound at all, only words\n" * 4, "text by its bytes"),
        (b"fLaC" + bytes(40), "FLAC"),
        (b"OggS" + bytes(40), "Ogg"),
        (wav(fmt(), chunk(b"data", b"")), "empty, no samples"),
        (wav(fmt()), "no samples follow"),
        (wav(chunk(b"data", pcm(16))), "before their format"),
        (wav(fmt(), chunk(b"data", pcm(16), size=4_000_000)), "cut short: 12 of 4,000,000"),
        (wav(fmt(rate=0), chunk(b"data", pcm(16))), "a rate of 0 Hz"),
        (wav(fmt(rate=400_000_000), chunk(b"data", pcm(16))), "a rate of 400,000,000 Hz"),
        (wav(fmt(channels=0, block=2), chunk(b"data", pcm(16))), "0 channels"),
        (wav(fmt(channels=40_000, block=2), chunk(b"data", pcm(16))), "40000 channels"),
        (wav(fmt(7, bits=8), chunk(b"data", bytes(9))), "mu-law"),
        (wav(fmt(0x9999), chunk(b"data", bytes(9))), "format 39321"),
        (wav(fmt(bits=40), chunk(b"data", bytes(10))), "40 bits"),
        (wav(fmt()[:16], b""), "cut short"),
        (wav(fmt(3, bits=32), chunk(b"data", np.array([0, np.nan], "<f4").tobytes())), "no numbers"),
        (b"RIFF\x10\0\0\0AVI " + bytes(30), "no wav"),
    ],
)
def test_what_is_no_sound_is_named(data, why):
    with pytest.raises(BadFile, match=why):
        read_wav(data)


def test_any_damage_is_a_bad_file_or_samples():
    rng = np.random.default_rng(0)
    whole = wav(chunk(b"LIST", b"abc"), fmt(0xFFFE, bits=24, extra=bytes(24)), chunk(b"data", pcm(24)))
    for _ in range(500):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        with suppress(BadFile):
            assert np.isfinite(read_wav(bytes(data[: rng.integers(1, len(data) + 1)]))[0]).all()


def test_resampling_keeps_the_pitch():
    time = np.arange(44_100) / 44_100
    wave = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    out = resampled(wave, 44_100, 16_000)
    assert len(out) == 16_000
    assert np.abs(np.fft.rfft(out)).argmax() == 440  # one second: a bin a Hz
    assert resampled(wave, 22_049, 16_000).shape == pytest.approx((44_100 * 16_000 / 22_049,), rel=1e-4)


def test_log_mel_shows_where_a_tone_lies():
    rate = 16_000
    tone = np.sin(2 * np.pi * 1000 * np.arange(rate) / rate).astype(np.float32)
    features = log_mel(tone, rate, 40, normalise=False)
    assert features.shape == (98, 40)  # (16,000 - 400) // 160 + 1
    mel = 2595 * np.log10(1 + np.array([1000, 8000]) / 700)
    assert abs(features.mean(axis=0).argmax() + 1 - 41 * mel[0] / mel[1]) < 1
    assert (mel_filters(8000, 128, 129).sum(axis=0) > 0).all()


def test_normalised_clips_do_not_tell_their_loudness():
    rng = np.random.default_rng(0)
    wave = rng.standard_normal(8000).astype(np.float32) / 10
    features = log_mel(wave, 8000)
    assert log_mel(wave / 50, 8000) == pytest.approx(features, abs=1e-3)
    assert (features.mean(), features.std()) == (pytest.approx(0, abs=1e-5), pytest.approx(1, abs=1e-5))
    assert (log_mel(np.zeros(5, dtype=np.float32), 8000) == 0).all()


def test_stretching_reaches_both_ends_and_averages():
    ramp = np.arange(100, dtype=np.float32)[:, None] * np.ones((1, 3), dtype=np.float32)
    assert stretched(ramp[:4], 7)[:, 0].tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3]
    assert stretched(ramp, 10).mean() == pytest.approx(ramp.mean())
    assert stretched(ramp[:1], 5)[:, 2].tolist() == [0] * 5
