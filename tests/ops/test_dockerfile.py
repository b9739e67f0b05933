from __future__ import annotations

import pytest

from ops.dockerfile import NoBaseError, last_base


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("FROM python:3.11-slim", "python:3.11-slim"),
        ("# syntax=docker/dockerfile:1\r\nFROM scratch\r\nCOPY a /\r\n", "scratch"),
        ("FROM golang:1.26 AS build\nRUN go build\nFROM scratch\nCOPY --from=build /a /a\n", "scratch"),
        ("FROM python:3.11-slim AS base\nFROM base AS build\nFROM Base\n", "python:3.11-slim"),
        ("FROM --platform=$BUILDPLATFORM node:24 as build\nFROM --platform=linux/amd64 node:24-slim", "node:24-slim"),
        ('ARG VERSION="3.12"\nFROM python:${VERSION}-slim\n', "python:3.12-slim"),
        ("ARG BASE=python:3.11-slim\nFROM $BASE\nARG BASE=ubuntu\n", "python:3.11-slim"),
        ("FROM python:${VERSION:-3.13}-slim\n", "python:3.13-slim"),
        ("FROM \\\n# the one that is kept\n  python:3.11-slim \\\n  AS last\n", "python:3.11-slim"),
        ("from python:3.11-slim\nRUN echo \\\n  FROM ubuntu\n", "python:3.11-slim"),
        ("FROM ubuntu\nRUN <<EOF\nFROM scratch\nEOF\n", "ubuntu"),
        ("FROM ubuntu\nCOPY <<-'A' <<B /a/\nFROM a\nA\nFROM b\nB\nFROM scratch\n", "scratch"),
    ],
)
def test_the_last_stage_decides(text: str, base: str) -> None:
    assert last_base(text) == base


@pytest.mark.parametrize("text", ["", "RUN true\n", "FROM\n", "FROM $BASE\n", "ARG BASE\nFROM ${BASE}\n"])
def test_a_base_that_can_not_be_known(text: str) -> None:
    with pytest.raises(NoBaseError):
        last_base(text)
