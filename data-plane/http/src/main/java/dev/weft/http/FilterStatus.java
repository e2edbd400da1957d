package dev.weft.http;

/** What a filter says about the event it was given. An enum, so that nothing is allocated. */
public enum FilterStatus {
    /** Go on with the next filter. */
    CONTINUE,
    /** Hold the stream here; the filter calls {@link HttpStream#resume()} on the same loop later. */
    PAUSE,
    /** The filter has answered ({@link HttpStream#reply}); later filters see nothing of the request. */
    REPLIED
}
