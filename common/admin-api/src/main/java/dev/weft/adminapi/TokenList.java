package dev.weft.adminapi;

import java.util.List;

/** Join tokens of the last day, newest first. Secrets are never shown again. */
public record TokenList(List<TokenItem> tokens) {}
