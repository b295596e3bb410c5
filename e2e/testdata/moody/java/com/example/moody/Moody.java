package com.example.moody;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;

/** What every plugin here does with a word: bad fails, again fails twice and then passes, never always may be tried again. */
final class Moody {
    static final String VERSION = "1.0";
    private final Map<String, Integer> seen = new HashMap<>();

    void check(Object word) {
        if ("bad".equals(word)) {
            throw new DataException("moody: bad");
        }
        if ("never".equals(word) || "again".equals(word) && seen.merge("again", 1, Integer::sum) <= 2) {
            throw new RetriableException("moody: " + word);
        }
    }
}
