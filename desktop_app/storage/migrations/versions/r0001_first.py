"""The first version of the shop file. Written by tests/storage/freeze_first_version.py; never edited."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE channels (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        platform_kind TEXT NOT NULL,
        note TEXT NOT NULL,
        active INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_channels_platform_kind CHECK (platform_kind = 'official' OR platform_kind =
            'third_party' OR platform_kind = 'individual'),
        CONSTRAINT ck_channels_active CHECK (active IN (0, 1)),
        UNIQUE (name)
    )
     STRICT
    """,
    """
    CREATE TABLE events (
        seq INTEGER NOT NULL,
        body TEXT NOT NULL,
        leaf BLOB NOT NULL,
        head BLOB NOT NULL,
        at INTEGER GENERATED ALWAYS AS (json_extract(body, '$.at')) VIRTUAL,
        actor TEXT GENERATED ALWAYS AS (json_extract(body, '$.actor')) VIRTUAL,
        kind TEXT GENERATED ALWAYS AS (json_extract(body, '$.kind')) VIRTUAL,
        entity TEXT GENERATED ALWAYS AS (json_extract(body, '$.entity')) VIRTUAL,
        entity_id INTEGER GENERATED ALWAYS AS (json_extract(body, '$.entity_id')) VIRTUAL,
        order_id INTEGER GENERATED ALWAYS AS (json_extract(body, '$.order_id')) VIRTUAL,
        PRIMARY KEY (seq),
        CONSTRAINT ck_events_hashes CHECK (length(leaf) = 32 AND length(head) = 32)
    )
     STRICT
    """,
    """
    CREATE TABLE products (
        id INTEGER NOT NULL,
        uid BLOB NOT NULL,
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        face_fen INTEGER,
        price_fen INTEGER NOT NULL,
        low_stock_threshold INTEGER NOT NULL,
        fold_case INTEGER NOT NULL,
        fold_hyphens INTEGER NOT NULL,
        issue_order TEXT NOT NULL,
        reusable INTEGER NOT NULL,
        use_limit INTEGER,
        low_since INTEGER,
        note TEXT NOT NULL,
        active INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_products_kind CHECK (kind = 'game_card' OR kind = 'phone_topup' OR kind = 'membership'
            OR kind = 'gift_pack' OR kind = 'other'),
        CONSTRAINT ck_products_issue_order CHECK (issue_order = 'oldest' OR issue_order = 'newest' OR
            issue_order = 'random'),
        CONSTRAINT ck_products_fold_case CHECK (fold_case IN (0, 1)),
        CONSTRAINT ck_products_fold_hyphens CHECK (fold_hyphens IN (0, 1)),
        CONSTRAINT ck_products_reusable CHECK (reusable IN (0, 1)),
        CONSTRAINT ck_products_active CHECK (active IN (0, 1)),
        CONSTRAINT ck_products_face_fen CHECK (face_fen >= 0),
        CONSTRAINT ck_products_price_fen CHECK (price_fen >= 0),
        CONSTRAINT ck_products_low_stock_threshold CHECK (low_stock_threshold >= 0),
        CONSTRAINT ck_products_use_limit CHECK (use_limit IS NULL OR (reusable = 1 AND use_limit > 0)),
        UNIQUE (uid),
        UNIQUE (code)
    )
     STRICT
    """,
    """
    CREATE TABLE settings (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY ("key")
    )
     STRICT
    """,
    """
    CREATE TABLE shop (
        id INTEGER NOT NULL,
        uuid TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_shop_single CHECK (id = 1)
    )
     STRICT
    """,
    """
    CREATE TABLE vault_slots (
        id INTEGER NOT NULL,
        uid TEXT NOT NULL,
        kind TEXT NOT NULL,
        parameters TEXT NOT NULL,
        salt BLOB NOT NULL,
        wrapped BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_vault_slots_kind CHECK (kind IN ('password', 'recovery', 'keyring', 'file')),
        UNIQUE (uid)
    )
     STRICT
    """,
    """
    CREATE TABLE batches (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        product_id INTEGER NOT NULL,
        source TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        supplier TEXT NOT NULL,
        invoice_no TEXT NOT NULL,
        cost_fen INTEGER,
        expires_on TEXT,
        note TEXT NOT NULL,
        line_count INTEGER NOT NULL,
        new_count INTEGER NOT NULL,
        blank_count INTEGER NOT NULL,
        file_duplicates INTEGER NOT NULL,
        shop_duplicates INTEGER NOT NULL,
        malformed_count INTEGER NOT NULL,
        imported_at INTEGER NOT NULL,
        imported_by TEXT NOT NULL,
        undone_at INTEGER,
        undone_by TEXT,
        PRIMARY KEY (id),
        CONSTRAINT ck_batches_cost_fen CHECK (cost_fen >= 0),
        CONSTRAINT ck_batches_line_count CHECK (line_count >= 0),
        CONSTRAINT ck_batches_new_count CHECK (new_count >= 0),
        CONSTRAINT ck_batches_blank_count CHECK (blank_count >= 0),
        CONSTRAINT ck_batches_file_duplicates CHECK (file_duplicates >= 0),
        CONSTRAINT ck_batches_shop_duplicates CHECK (shop_duplicates >= 0),
        CONSTRAINT ck_batches_malformed_count CHECK (malformed_count >= 0),
        CONSTRAINT ck_batches_sum CHECK (line_count = new_count + blank_count + file_duplicates +
            shop_duplicates + malformed_count),
        CONSTRAINT ck_batches_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
        FOREIGN KEY(product_id) REFERENCES products (id)
    )
     STRICT
    """,
    """
    CREATE TABLE policies (
        id INTEGER NOT NULL,
        channel_id INTEGER NOT NULL,
        version INTEGER NOT NULL,
        window_hours INTEGER NOT NULL,
        fee_bp INTEGER NOT NULL,
        unshipped_fee_bp INTEGER NOT NULL,
        cap_bp INTEGER NOT NULL,
        fee_disclosure TEXT NOT NULL,
        required_evidence TEXT NOT NULL,
        refund_policy TEXT NOT NULL,
        after_sales TEXT NOT NULL,
        user_agreement TEXT NOT NULL,
        cancel_rules TEXT NOT NULL,
        fee_note TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_policies_version UNIQUE (channel_id, version),
        CONSTRAINT ck_policies_fee_disclosure CHECK (fee_disclosure = 'clear' OR fee_disclosure = 'buried' OR
            fee_disclosure = 'none'),
        CONSTRAINT ck_policies_window_hours CHECK (window_hours >= 0),
        CONSTRAINT ck_policies_fee_bp CHECK (fee_bp >= 0),
        CONSTRAINT ck_policies_unshipped_fee_bp CHECK (unshipped_fee_bp >= 0),
        CONSTRAINT ck_policies_cap_bp CHECK (cap_bp >= 0),
        CONSTRAINT ck_policies_limits CHECK (fee_bp <= 10000 AND unshipped_fee_bp <= 10000 AND cap_bp <=
            10000 AND window_hours <= 8760),
        FOREIGN KEY(channel_id) REFERENCES channels (id)
    )
     STRICT
    """,
    """
    CREATE TABLE card_keys (
        id INTEGER NOT NULL,
        product_id INTEGER NOT NULL,
        batch_id INTEGER NOT NULL,
        line INTEGER NOT NULL,
        state TEXT NOT NULL,
        state_at INTEGER NOT NULL,
        failed_at INTEGER,
        tag BLOB NOT NULL,
        sealed BLOB NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_card_keys_state CHECK (state = 'in_stock' OR state = 'reserved' OR state = 'delivered'
            OR state = 'redeemed' OR state = 'quarantined' OR state = 'void' OR state = 'binned'),
        CONSTRAINT ck_card_keys_tag CHECK (length(tag) = 16),
        FOREIGN KEY(product_id) REFERENCES products (id),
        FOREIGN KEY(batch_id) REFERENCES batches (id),
        UNIQUE (tag)
    )
     STRICT
    """,
    """
    CREATE TABLE orders (
        id INTEGER NOT NULL,
        order_no TEXT NOT NULL,
        channel_id INTEGER NOT NULL,
        policy_id INTEGER NOT NULL,
        product_id INTEGER NOT NULL,
        state TEXT NOT NULL,
        locked INTEGER NOT NULL,
        lock_reason TEXT NOT NULL,
        fee_disclosure TEXT NOT NULL,
        written_promise INTEGER NOT NULL,
        payment_channel TEXT NOT NULL,
        payment_ref TEXT NOT NULL,
        ordered_at INTEGER NOT NULL,
        paid_at INTEGER,
        shipped_at INTEGER,
        delivered_at INTEGER,
        completed_at INTEGER,
        cancelled_at INTEGER,
        paid_fen INTEGER NOT NULL,
        discount_fen INTEGER NOT NULL,
        refunded_fen INTEGER NOT NULL,
        fee_bearing_refunded_base_fen INTEGER NOT NULL,
        buyer_sealed BLOB,
        buyer_tag BLOB,
        target_sealed BLOB,
        account_tag BLOB,
        source TEXT NOT NULL,
        note TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_orders_state CHECK (state = 'unpaid' OR state = 'paid' OR state = 'shipped' OR state =
            'completed' OR state = 'cancelled'),
        CONSTRAINT ck_orders_fee_disclosure CHECK (fee_disclosure = 'clear' OR fee_disclosure = 'buried' OR
            fee_disclosure = 'none'),
        CONSTRAINT ck_orders_payment_channel CHECK (payment_channel = 'wechat' OR payment_channel = 'alipay'
            OR payment_channel = 'other'),
        CONSTRAINT ck_orders_locked CHECK (locked IN (0, 1)),
        CONSTRAINT ck_orders_written_promise CHECK (written_promise IN (0, 1)),
        CONSTRAINT ck_orders_paid_fen CHECK (paid_fen >= 0),
        CONSTRAINT ck_orders_discount_fen CHECK (discount_fen >= 0),
        CONSTRAINT ck_orders_refunded_fen CHECK (refunded_fen >= 0),
        CONSTRAINT ck_orders_fee_bearing_refunded_base_fen CHECK (fee_bearing_refunded_base_fen >= 0),
        CONSTRAINT ck_orders_balance CHECK (refunded_fen <= paid_fen),
        CONSTRAINT ck_orders_unpaid CHECK (state <> 'unpaid' OR paid_fen = 0),
        UNIQUE (order_no),
        FOREIGN KEY(channel_id) REFERENCES channels (id),
        FOREIGN KEY(policy_id) REFERENCES policies (id),
        FOREIGN KEY(product_id) REFERENCES products (id)
    )
     STRICT
    """,
    """
    CREATE TABLE requests (
        id INTEGER NOT NULL,
        request_no TEXT NOT NULL,
        order_id INTEGER NOT NULL,
        source TEXT NOT NULL,
        reason TEXT,
        text TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        first_response_at INTEGER,
        asked_at INTEGER,
        answered_at INTEGER,
        state TEXT NOT NULL,
        due_at INTEGER,
        log_confirms INTEGER,
        duplicate_fen INTEGER,
        error_confirmed INTEGER,
        overcharged_fen INTEGER,
        mismatch_confirmed INTEGER,
        promise_claimed INTEGER NOT NULL,
        reissue_tried INTEGER NOT NULL,
        verified_source INTEGER NOT NULL,
        merged_into_id INTEGER,
        PRIMARY KEY (id),
        CONSTRAINT ck_requests_state CHECK (state = 'open' OR state = 'asked' OR state = 'escalated' OR state
            = 'decided' OR state = 'merged' OR state = 'withdrawn'),
        CONSTRAINT ck_requests_reason CHECK (reason = 'wrong_item' OR reason = 'wrong_target' OR reason =
            'change_of_mind' OR reason = 'duplicate_order' OR reason = 'merchant_wrong_amount' OR reason =
            'description_mismatch' OR reason = 'not_received' OR reason = 'security_risk' OR reason =
            'invalid_card' OR reason = 'reduced_benefit' OR reason = 'duplicate_payment' OR reason =
            'auto_cancelled' OR reason = 'redemption_disputed'),
        CONSTRAINT ck_requests_log_confirms CHECK (log_confirms IN (0, 1)),
        CONSTRAINT ck_requests_error_confirmed CHECK (error_confirmed IN (0, 1)),
        CONSTRAINT ck_requests_mismatch_confirmed CHECK (mismatch_confirmed IN (0, 1)),
        CONSTRAINT ck_requests_promise_claimed CHECK (promise_claimed IN (0, 1)),
        CONSTRAINT ck_requests_reissue_tried CHECK (reissue_tried IN (0, 1)),
        CONSTRAINT ck_requests_verified_source CHECK (verified_source IN (0, 1)),
        CONSTRAINT ck_requests_duplicate_fen CHECK (duplicate_fen > 0),
        CONSTRAINT ck_requests_overcharged_fen CHECK (overcharged_fen > 0),
        CONSTRAINT ck_requests_answered CHECK (answered_at IS NULL OR asked_at IS NOT NULL),
        UNIQUE (request_no),
        FOREIGN KEY(order_id) REFERENCES orders (id),
        FOREIGN KEY(merged_into_id) REFERENCES requests (id)
    )
     STRICT
    """,
    """
    CREATE TABLE units (
        id INTEGER NOT NULL,
        order_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        ref TEXT NOT NULL,
        list_fen INTEGER NOT NULL,
        net_fen INTEGER NOT NULL,
        face_fen INTEGER,
        remaining_fen INTEGER,
        balance_verified INTEGER NOT NULL,
        state TEXT NOT NULL,
        topup TEXT,
        refunded INTEGER NOT NULL,
        official_not_activated INTEGER NOT NULL,
        card_key_id INTEGER,
        PRIMARY KEY (id),
        CONSTRAINT uq_units_ref UNIQUE (order_id, ref),
        CONSTRAINT ck_units_state CHECK (state = 'unshipped' OR state = 'unused' OR state = 'redeemed' OR
            state = 'partially_used' OR state = 'unknown'),
        CONSTRAINT ck_units_topup CHECK (topup = 'charging' OR topup = 'not_accepted' OR topup = 'accepted'
            OR topup = 'arrived' OR topup = 'failed'),
        CONSTRAINT ck_units_balance_verified CHECK (balance_verified IN (0, 1)),
        CONSTRAINT ck_units_refunded CHECK (refunded IN (0, 1)),
        CONSTRAINT ck_units_official_not_activated CHECK (official_not_activated IN (0, 1)),
        CONSTRAINT ck_units_list_fen CHECK (list_fen >= 0),
        CONSTRAINT ck_units_net_fen CHECK (net_fen >= 0),
        CONSTRAINT ck_units_face_fen CHECK (face_fen >= 0),
        CONSTRAINT ck_units_remaining_fen CHECK (remaining_fen >= 0),
        CONSTRAINT ck_units_remaining CHECK (remaining_fen IS NULL OR remaining_fen <= face_fen),
        FOREIGN KEY(order_id) REFERENCES orders (id),
        FOREIGN KEY(card_key_id) REFERENCES card_keys (id)
    )
     STRICT
    """,
    """
    CREATE TABLE decisions (
        id INTEGER NOT NULL,
        request_id INTEGER NOT NULL,
        order_id INTEGER NOT NULL,
        policy_id INTEGER NOT NULL,
        action TEXT NOT NULL,
        verdict_kind TEXT NOT NULL,
        verdict TEXT NOT NULL,
        option TEXT NOT NULL,
        ground TEXT,
        refund_fen INTEGER NOT NULL,
        fee_fen INTEGER NOT NULL,
        proposed_refund_fen INTEGER NOT NULL,
        reason TEXT NOT NULL,
        reply_zh TEXT NOT NULL,
        reply_en TEXT NOT NULL,
        decided_at INTEGER NOT NULL,
        decided_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_decisions_action CHECK (action = 'approve' OR action = 'refuse'),
        CONSTRAINT ck_decisions_verdict_kind CHECK (verdict_kind = 'auto_cancel' OR verdict_kind =
            'approve_full' OR verdict_kind = 'approve_with_fee' OR verdict_kind = 'negotiate' OR verdict_kind
            = 'reissue' OR verdict_kind = 'refuse' OR verdict_kind = 'need_evidence' OR verdict_kind =
            'escalate' OR verdict_kind = 'merge' OR verdict_kind = 'partial'),
        CONSTRAINT ck_decisions_ground CHECK (ground = 'redeemed' OR ground = 'operator_accepted' OR ground =
            'nothing_left' OR ground = 'out_of_window' OR ground = 'order_completed' OR ground =
            'no_written_promise' OR ground = 'claim_refuted' OR ground = 'evidence_not_given' OR ground =
            'no_refund_policy' OR ground = 'stock_locked'),
        CONSTRAINT ck_decisions_refund_fen CHECK (refund_fen >= 0),
        CONSTRAINT ck_decisions_fee_fen CHECK (fee_fen >= 0),
        CONSTRAINT ck_decisions_proposed_refund_fen CHECK (proposed_refund_fen >= 0),
        UNIQUE (request_id),
        FOREIGN KEY(request_id) REFERENCES requests (id),
        FOREIGN KEY(order_id) REFERENCES orders (id),
        FOREIGN KEY(policy_id) REFERENCES policies (id)
    )
     STRICT
    """,
    """
    CREATE TABLE deliveries (
        id INTEGER NOT NULL,
        unit_id INTEGER NOT NULL,
        card_key_id INTEGER,
        delivered_at INTEGER NOT NULL,
        delivered_by TEXT NOT NULL,
        reissue INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_deliveries_key UNIQUE (card_key_id, unit_id),
        FOREIGN KEY(unit_id) REFERENCES units (id),
        FOREIGN KEY(card_key_id) REFERENCES card_keys (id)
    )
     STRICT
    """,
    """
    CREATE TABLE escalations (
        id INTEGER NOT NULL,
        request_id INTEGER NOT NULL,
        target TEXT NOT NULL,
        reference TEXT NOT NULL,
        opened_at INTEGER NOT NULL,
        answered_at INTEGER,
        outcome TEXT NOT NULL,
        note TEXT NOT NULL,
        opened_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_escalations_target CHECK (target = 'platform' OR target = '12315' OR target = '12377'
            OR target = 'police'),
        FOREIGN KEY(request_id) REFERENCES requests (id)
    )
     STRICT
    """,
    """
    CREATE TABLE intake (
        id INTEGER NOT NULL,
        source TEXT NOT NULL,
        external_id TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        request_id INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_intake_id UNIQUE (source, external_id),
        FOREIGN KEY(request_id) REFERENCES requests (id)
    )
     STRICT
    """,
    """
    CREATE TABLE messages (
        id INTEGER NOT NULL,
        request_id INTEGER NOT NULL,
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        "by" TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_messages_actor CHECK (actor = 'buyer' OR actor = 'shop' OR actor = 'note'),
        FOREIGN KEY(request_id) REFERENCES requests (id)
    )
     STRICT
    """,
    """
    CREATE TABLE redemptions (
        id INTEGER NOT NULL,
        uid BLOB NOT NULL,
        unit_id INTEGER NOT NULL,
        redeemed_at INTEGER,
        code TEXT NOT NULL,
        target_sealed BLOB,
        source TEXT NOT NULL,
        stated_by TEXT NOT NULL,
        note TEXT NOT NULL,
        replaces_id INTEGER,
        recorded_at INTEGER NOT NULL,
        recorded_by TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (uid),
        FOREIGN KEY(unit_id) REFERENCES units (id),
        UNIQUE (replaces_id),
        FOREIGN KEY(replaces_id) REFERENCES redemptions (id)
    )
     STRICT
    """,
    """
    CREATE TABLE request_units (
        request_id INTEGER NOT NULL,
        unit_id INTEGER NOT NULL,
        reason TEXT,
        PRIMARY KEY (request_id, unit_id),
        CONSTRAINT ck_request_units_reason CHECK (reason = 'wrong_item' OR reason = 'wrong_target' OR reason
            = 'change_of_mind' OR reason = 'duplicate_order' OR reason = 'merchant_wrong_amount' OR reason =
            'description_mismatch' OR reason = 'not_received' OR reason = 'security_risk' OR reason =
            'invalid_card' OR reason = 'reduced_benefit' OR reason = 'duplicate_payment' OR reason =
            'auto_cancelled' OR reason = 'redemption_disputed'),
        FOREIGN KEY(request_id) REFERENCES requests (id),
        FOREIGN KEY(unit_id) REFERENCES units (id)
    )
     STRICT
    """,
    """
    CREATE TABLE decision_units (
        decision_id INTEGER NOT NULL,
        unit_id INTEGER NOT NULL,
        rule TEXT NOT NULL,
        verdict TEXT NOT NULL,
        base_fen INTEGER NOT NULL,
        fee_fen INTEGER NOT NULL,
        refund_fen INTEGER NOT NULL,
        inventory TEXT NOT NULL,
        PRIMARY KEY (decision_id, unit_id),
        CONSTRAINT ck_decision_units_base_fen CHECK (base_fen >= 0),
        CONSTRAINT ck_decision_units_fee_fen CHECK (fee_fen >= 0),
        CONSTRAINT ck_decision_units_refund_fen CHECK (refund_fen >= 0),
        FOREIGN KEY(decision_id) REFERENCES decisions (id),
        FOREIGN KEY(unit_id) REFERENCES units (id)
    )
     STRICT
    """,
    """
    CREATE TABLE evidence (
        id INTEGER NOT NULL,
        order_id INTEGER NOT NULL,
        request_id INTEGER,
        redemption_id INTEGER,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        stored_name TEXT,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        captured_at INTEGER,
        source TEXT NOT NULL,
        written_promise INTEGER NOT NULL,
        in_platform_chat INTEGER NOT NULL,
        note TEXT NOT NULL,
        added_at INTEGER NOT NULL,
        added_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_evidence_kind CHECK (kind = 'payment_screenshot' OR kind = 'order_screenshot' OR kind =
            'chat_log' OR kind = 'product_page_screenshot' OR kind = 'operator_not_arrived' OR kind =
            'activation_failure_screenshot' OR kind = 'official_activation_record' OR kind = 'backend_log' OR
            kind = 'identity' OR kind = 'negotiation_record'),
        CONSTRAINT ck_evidence_written_promise CHECK (written_promise IN (0, 1)),
        CONSTRAINT ck_evidence_in_platform_chat CHECK (in_platform_chat IN (0, 1)),
        CONSTRAINT ck_evidence_size CHECK (size >= 0),
        FOREIGN KEY(order_id) REFERENCES orders (id),
        FOREIGN KEY(request_id) REFERENCES requests (id),
        FOREIGN KEY(redemption_id) REFERENCES redemptions (id)
    )
     STRICT
    """,
    """
    CREATE TABLE proofs (
        id INTEGER NOT NULL,
        proof_no TEXT NOT NULL,
        unit_id INTEGER NOT NULL,
        order_id INTEGER NOT NULL,
        redemption_id INTEGER NOT NULL,
        replaces_id INTEGER,
        facts TEXT NOT NULL,
        file_name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        issued_at INTEGER NOT NULL,
        issued_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_proofs_size CHECK (size >= 0),
        UNIQUE (proof_no),
        FOREIGN KEY(unit_id) REFERENCES units (id),
        FOREIGN KEY(order_id) REFERENCES orders (id),
        FOREIGN KEY(redemption_id) REFERENCES redemptions (id),
        FOREIGN KEY(replaces_id) REFERENCES proofs (id)
    )
     STRICT
    """,
    """
    CREATE TABLE refunds (
        id INTEGER NOT NULL,
        decision_id INTEGER NOT NULL,
        order_id INTEGER NOT NULL,
        amount_fen INTEGER NOT NULL,
        route TEXT NOT NULL,
        state TEXT NOT NULL,
        expected_at INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        reference TEXT NOT NULL,
        paid_at INTEGER,
        arrived_at INTEGER,
        note TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_refunds_state CHECK (state = 'due' OR state = 'paid' OR state = 'arrived' OR state =
            'failed'),
        CONSTRAINT ck_refunds_route CHECK (route = 'wechat' OR route = 'alipay' OR route = 'other'),
        CONSTRAINT ck_refunds_estimated CHECK (estimated IN (0, 1)),
        CONSTRAINT ck_refunds_amount CHECK (amount_fen > 0),
        UNIQUE (decision_id),
        FOREIGN KEY(decision_id) REFERENCES decisions (id),
        FOREIGN KEY(order_id) REFERENCES orders (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_events_entity ON events (entity, entity_id)
    """,
    """
    CREATE INDEX ix_events_order ON events (order_id)
    """,
    """
    CREATE INDEX ix_batches_expiry ON batches (expires_on)
    """,
    """
    CREATE INDEX ix_batches_product_id ON batches (product_id)
    """,
    """
    CREATE UNIQUE INDEX uq_batches_name ON batches (name) WHERE undone_at IS NULL
    """,
    """
    CREATE INDEX ix_card_keys_batch ON card_keys (batch_id, line)
    """,
    """
    CREATE INDEX ix_card_keys_failed ON card_keys (batch_id) WHERE failed_at IS NOT NULL
    """,
    """
    CREATE INDEX ix_card_keys_state ON card_keys (product_id, state)
    """,
    """
    CREATE INDEX ix_card_keys_state_at ON card_keys (state_at)
    """,
    """
    CREATE INDEX ix_card_keys_stock ON card_keys (product_id, batch_id, line) WHERE state = 'in_stock'
    """,
    """
    CREATE INDEX ix_orders_account ON orders (account_tag)
    """,
    """
    CREATE INDEX ix_orders_buyer ON orders (buyer_tag)
    """,
    """
    CREATE INDEX ix_orders_channel ON orders (channel_id, ordered_at)
    """,
    """
    CREATE INDEX ix_orders_ordered ON orders (ordered_at, id)
    """,
    """
    CREATE INDEX ix_orders_paid ON orders (paid_fen)
    """,
    """
    CREATE INDEX ix_orders_paid_at ON orders (paid_at)
    """,
    """
    CREATE INDEX ix_orders_product ON orders (product_id, ordered_at, id, state)
    """,
    """
    CREATE INDEX ix_orders_refunded ON orders (refunded_fen)
    """,
    """
    CREATE INDEX ix_orders_shipped_at ON orders (shipped_at)
    """,
    """
    CREATE INDEX ix_orders_state ON orders (state, ordered_at)
    """,
    """
    CREATE INDEX ix_requests_due ON requests (state, due_at)
    """,
    """
    CREATE INDEX ix_requests_order ON requests (order_id)
    """,
    """
    CREATE INDEX ix_units_card_key ON units (card_key_id)
    """,
    """
    CREATE INDEX ix_decisions_order_id ON decisions (order_id)
    """,
    """
    CREATE INDEX ix_deliveries_at ON deliveries (delivered_at)
    """,
    """
    CREATE INDEX ix_deliveries_unit_id ON deliveries (unit_id)
    """,
    """
    CREATE INDEX ix_escalations_request_id ON escalations (request_id)
    """,
    """
    CREATE INDEX ix_messages_request_id ON messages (request_id)
    """,
    """
    CREATE INDEX ix_redemptions_unit_id ON redemptions (unit_id)
    """,
    """
    CREATE INDEX ix_evidence_order ON evidence (order_id)
    """,
    """
    CREATE INDEX ix_evidence_request ON evidence (request_id)
    """,
    """
    CREATE INDEX ix_proofs_order_id ON proofs (order_id)
    """,
    """
    CREATE INDEX ix_proofs_unit_id ON proofs (unit_id)
    """,
    """
    CREATE INDEX ix_refunds_order_id ON refunds (order_id)
    """,
    """
    CREATE INDEX ix_refunds_state ON refunds (state, expected_at)
    """,
    """
    CREATE VIRTUAL TABLE order_search USING fts5(order_no, content='orders', content_rowid='id',
            tokenize='trigram', detail='none', columnsize=0)
    """,
)


def upgrade() -> None:
    """Make every table and index; the caller adds the triggers."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
