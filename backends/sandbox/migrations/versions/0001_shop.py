from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    customers()
    orders()
    returns()
    refunds()
    loyalty()
    writes()


def customers() -> None:
    op.execute("""
        CREATE TABLE customers (
            id text PRIMARY KEY,
            reference text UNIQUE,
            name text NOT NULL,
            first_name text NOT NULL,
            email text NOT NULL,
            locale text NOT NULL,
            since date NOT NULL,
            tags text[] NOT NULL DEFAULT '{}',
            interest text NOT NULL DEFAULT '',
            programme text CHECK (programme IN ('points', 'tiers', 'cashback'))
        )
    """)
    op.execute("CREATE UNIQUE INDEX customers_email ON customers (lower(email))")


def orders() -> None:
    op.execute("""
        CREATE TABLE orders (
            id text PRIMARY KEY,
            number text NOT NULL UNIQUE,
            customer_id text NOT NULL REFERENCES customers,
            status text NOT NULL CHECK (status IN
                ('pending', 'confirmed', 'partially_shipped', 'shipped', 'delivered', 'cancelled')),
            placed_at timestamptz NOT NULL,
            packed_at timestamptz,
            currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            shipping bigint NOT NULL CHECK (shipping >= 0),
            total bigint NOT NULL CHECK (total >= 0),
            captured bigint NOT NULL CHECK (captured BETWEEN 0 AND total),
            payment_method text NOT NULL,
            cancel_reason text
        )
    """)
    op.execute("CREATE INDEX orders_customer ON orders (customer_id, placed_at DESC, id DESC)")
    op.execute("""
        CREATE TABLE order_lines (
            id text PRIMARY KEY,
            order_id text NOT NULL REFERENCES orders,
            position integer NOT NULL,
            sku text NOT NULL,
            title text NOT NULL,
            variant text NOT NULL,
            category text NOT NULL,
            quantity integer NOT NULL CHECK (quantity > 0),
            fulfilled integer NOT NULL CHECK (fulfilled BETWEEN 0 AND quantity),
            unit_price bigint NOT NULL CHECK (unit_price >= 0),
            sale boolean NOT NULL,
            final_sale boolean NOT NULL,
            personalised boolean NOT NULL,
            UNIQUE (order_id, position)
        )
    """)
    op.execute("""
        CREATE TABLE shipments (
            id text PRIMARY KEY,
            order_id text NOT NULL REFERENCES orders,
            carrier text NOT NULL,
            tracking_number text NOT NULL UNIQUE,
            status text NOT NULL CHECK (status IN
                ('label_created', 'in_transit', 'out_for_delivery', 'delivered', 'exception', 'returned_to_sender')),
            shipped_at timestamptz,
            eta date,
            delivered_at timestamptz,
            CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
        )
    """)
    op.execute("CREATE INDEX shipments_order ON shipments (order_id)")
    op.execute("""
        CREATE TABLE shipment_lines (
            shipment_id text NOT NULL REFERENCES shipments,
            line_id text NOT NULL REFERENCES order_lines,
            quantity integer NOT NULL CHECK (quantity > 0),
            PRIMARY KEY (shipment_id, line_id)
        )
    """)
    op.execute("CREATE INDEX shipment_lines_line ON shipment_lines (line_id)")


def returns() -> None:
    op.execute("CREATE SEQUENCE return_numbers START 210001")
    op.execute("""
        CREATE TABLE quotes (
            id text PRIMARY KEY,
            customer_id text NOT NULL REFERENCES customers,
            order_id text NOT NULL REFERENCES orders,
            fingerprint text NOT NULL,
            refund_total bigint NOT NULL CHECK (refund_total >= 0),
            breakdown jsonb NOT NULL,
            points_effect integer NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        )
    """)
    op.execute("""
        CREATE TABLE returns (
            id text PRIMARY KEY,
            number text NOT NULL UNIQUE,
            order_id text NOT NULL REFERENCES orders,
            customer_id text NOT NULL REFERENCES customers,
            status text NOT NULL CHECK (status IN ('requested', 'approved', 'declined', 'awaiting_items',
                'in_transit', 'received', 'closed', 'cancelled')),
            resolution text NOT NULL CHECK (resolution IN ('refund', 'store_credit', 'exchange')),
            method text NOT NULL,
            created_at timestamptz NOT NULL,
            send_by date,
            label_key text NOT NULL,
            refund_total bigint NOT NULL CHECK (refund_total >= 0),
            bonus bigint NOT NULL CHECK (bonus BETWEEN 0 AND refund_total),
            breakdown jsonb NOT NULL,
            points_effect integer NOT NULL,
            decline_reason text
        )
    """)
    op.execute("CREATE INDEX returns_customer ON returns (customer_id, created_at DESC, id DESC)")
    op.execute("CREATE INDEX returns_order ON returns (order_id)")
    op.execute("""
        CREATE TABLE return_lines (
            return_id text NOT NULL REFERENCES returns,
            line_id text NOT NULL REFERENCES order_lines,
            position integer NOT NULL,
            quantity integer NOT NULL CHECK (quantity > 0),
            reason text NOT NULL,
            exchange_for text,
            PRIMARY KEY (return_id, line_id)
        )
    """)
    op.execute("CREATE INDEX return_lines_line ON return_lines (line_id)")


def refunds() -> None:
    op.execute("CREATE SEQUENCE refund_numbers START 310001")
    # line_id and quantity: units paid back without a return. bonus: the part of the amount that is a gift on top.
    op.execute("""
        CREATE TABLE refunds (
            id text PRIMARY KEY,
            number text NOT NULL UNIQUE,
            order_id text NOT NULL REFERENCES orders,
            customer_id text NOT NULL REFERENCES customers,
            return_id text UNIQUE REFERENCES returns,
            line_id text REFERENCES order_lines,
            quantity integer CHECK (quantity > 0),
            covers_shipping boolean NOT NULL,
            amount bigint NOT NULL CHECK (amount >= 0),
            bonus bigint NOT NULL CHECK (bonus BETWEEN 0 AND amount),
            items jsonb NOT NULL,
            method text NOT NULL CHECK (method IN ('original_payment', 'store_credit')),
            status text NOT NULL CHECK (status IN ('pending', 'needs_approval', 'processed', 'failed')),
            reason text NOT NULL,
            created_at timestamptz NOT NULL,
            expected_by date,
            processed_at timestamptz
        )
    """)
    op.execute("CREATE INDEX refunds_customer ON refunds (customer_id, created_at DESC, id DESC)")
    op.execute("CREATE INDEX refunds_order ON refunds (order_id)")
    op.execute("""
        CREATE VIEW line_units AS
        SELECT l.*, coalesce(d.quantity, 0)::int AS delivered, d.delivered_at,
               coalesce(r.quantity, 0)::int AS returned, coalesce(f.quantity, 0)::int AS refunded
        FROM order_lines l
        LEFT JOIN LATERAL (
            SELECT sum(sl.quantity) AS quantity, max(s.delivered_at) AS delivered_at
            FROM shipment_lines sl JOIN shipments s ON s.id = sl.shipment_id
            WHERE sl.line_id = l.id AND s.status = 'delivered'
        ) d ON true
        LEFT JOIN LATERAL (
            SELECT sum(rl.quantity) AS quantity FROM return_lines rl JOIN returns r ON r.id = rl.return_id
            WHERE rl.line_id = l.id AND r.status NOT IN ('declined', 'cancelled')
        ) r ON true
        LEFT JOIN LATERAL (
            SELECT sum(quantity) AS quantity FROM refunds WHERE line_id = l.id AND status <> 'failed'
        ) f ON true
    """)


def loyalty() -> None:
    # One ledger for what a customer gathers. `remaining` is what is left of an entry: earlier ones are spent first.
    op.execute("""
        CREATE TABLE ledger (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            customer_id text NOT NULL REFERENCES customers,
            unit text NOT NULL CHECK (unit IN ('points', 'cashback', 'store_credit', 'spend')),
            currency text CHECK ((currency IS NULL) = (unit = 'points')),
            at timestamptz NOT NULL,
            kind text NOT NULL CHECK (kind IN ('earned', 'redeemed', 'expired', 'adjusted', 'reversed')),
            amount bigint NOT NULL,
            remaining bigint NOT NULL DEFAULT 0,
            pending boolean NOT NULL DEFAULT false,
            available_at timestamptz,
            expires_on date,
            order_id text REFERENCES orders,
            description text NOT NULL
        )
    """)
    op.execute("CREATE INDEX ledger_customer ON ledger (customer_id, unit, at DESC, id DESC)")
    op.execute("""
        CREATE TABLE vouchers (
            code text PRIMARY KEY,
            customer_id text NOT NULL REFERENCES customers,
            title text NOT NULL,
            value bigint,
            currency text,
            percent integer CHECK (percent BETWEEN 1 AND 100),
            expires_on date,
            used_at timestamptz,
            CHECK ((value IS NULL) <> (percent IS NULL) AND (value IS NULL) = (currency IS NULL))
        )
    """)
    op.execute("CREATE INDEX vouchers_customer ON vouchers (customer_id)")
    op.execute("""
        CREATE TABLE redemptions (
            id text PRIMARY KEY,
            customer_id text NOT NULL REFERENCES customers,
            reward_id text NOT NULL,
            points integer NOT NULL CHECK (points > 0),
            voucher_code text REFERENCES vouchers,
            at timestamptz NOT NULL
        )
    """)


def writes() -> None:
    op.execute("""
        CREATE TABLE verifications (
            id text PRIMARY KEY,
            order_id text REFERENCES orders,
            email text NOT NULL,
            expires_at timestamptz NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE idempotency_keys (
            client text NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            status integer NOT NULL,
            body text NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (client, key)
        )
    """)
    op.execute("CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)")
    op.execute("""
        CREATE TABLE outbox (
            id text PRIMARY KEY,
            body text NOT NULL,
            created_at timestamptz NOT NULL,
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz NOT NULL,
            delivered_at timestamptz,
            gave_up_at timestamptz
        )
    """)
    op.execute("""
        CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE delivered_at IS NULL AND gave_up_at IS NULL
    """)
