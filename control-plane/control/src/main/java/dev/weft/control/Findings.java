package dev.weft.control;

import dev.weft.adminapi.ConditionItem;
import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.ResourceKey;
import java.util.List;
import java.util.Map;

/** What is known to be wrong: from the sources and from analysis of the image in force. Any thread. */
interface Findings {
    /** Errors first. */
    List<Diagnostic> diagnostics();

    Map<ResourceKey, List<ConditionItem>> conditions();
}
