package dev.weft.adminapi;

import java.util.List;

/** All findings about the configuration in force and about documents that were refused. Errors first. */
public record DiagnosticList(long configVersion, List<DiagnosticItem> diagnostics) {}
