-- Words outside ASCII also have grams of their form without accents. All words up to this one have these grams; null means all words. The
-- indexer adds the grams to words that an earlier release stored. Until it has finished, searches that ignore accents do not use the words.
alter table search_state add column folded_until text collate "C";
update search_state set folded_until = '' where exists (select 1 from search_words);
